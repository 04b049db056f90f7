"""通知: the inbox and what the outbox delivers."""

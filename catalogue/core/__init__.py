"""What every feature stands on: database, actor, the one writer of states, audit, outbox, web frame."""

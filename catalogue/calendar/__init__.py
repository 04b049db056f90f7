"""Who is busy when (holds), and which days are working days (工作日, 调休)."""

"""点单: what a committee asks for, its windows, checks and notes."""

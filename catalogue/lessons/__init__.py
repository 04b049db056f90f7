"""上课: lessons, parties, attendance, moves (改期)."""

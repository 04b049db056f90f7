"""日历: holds (who is busy when) and working days with 调休."""

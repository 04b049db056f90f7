"""Songxue 送学: the course catalogue and ordering service (点单/派单) of a district academy of community governance."""

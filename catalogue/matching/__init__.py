"""Matching 排课: which lecturer, place and time suit an order; pure standard library, knows neither web nor database.

Read in this order: terms.py and problem.py (what is asked), ruling.py and rules.py (what must hold), points.py (what
is preferred), candidates.py (the answer for one order), explain.py (the answer in words). docs/matching.md tells it all.
"""

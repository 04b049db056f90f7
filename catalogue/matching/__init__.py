"""Matching 排课: which lecturer, place and time suit an order; pure standard library, knows neither web nor database.

Read in this order: problem.py (what is asked), rules.py (what must hold), points.py (what is preferred),
candidates.py (the answer for one order), explain.py (the answer in words). docs/matching.md tells the whole.
"""

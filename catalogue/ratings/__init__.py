"""评单: the committee's rating and the lecturer's own report."""

"""人员与账号: people, accounts, memberships, sign-in."""

"""派单: candidates, dispatches, offers (邀约), accept and decline (接单/婉拒)."""

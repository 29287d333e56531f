"""Campaigns: goal, time frame, engagements, entry points, and every version of them."""

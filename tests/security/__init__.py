"""The security battery: what others must not see, reach, guess, run or change (docs/security.md)."""

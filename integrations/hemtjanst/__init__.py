"""The planning system of home care: pauses and orders out, confirmations and missed visits in."""

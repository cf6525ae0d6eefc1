"""The workbench: process owners draw, try, have approved and publish how care is done."""

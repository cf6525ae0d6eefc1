"""What every test may rely on: nothing leaves this machine."""

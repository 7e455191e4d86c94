"""The simulated API: plays scripts and notes what it was asked. Interchangeable, one module each."""

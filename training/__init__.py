"""How the embedded weights were made: `python -m training bake | gan | perceptual`."""

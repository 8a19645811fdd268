"""The spaces a search can walk over. Combine them with +, for example `WPlus() + Noises()`."""

from inversion.latents.base import Codes, Latents, Sum, Theta
from inversion.latents.noise import Noises
from inversion.latents.w import W, WPlus
from inversion.latents.z import Z, ZPlus

__all__ = ["Codes", "Latents", "Noises", "Sum", "Theta", "W", "WPlus", "Z", "ZPlus"]

"""Networks that read a picture: encoders its codes, the estimator its attributes.

    E = models.load_encoder("avatars");    E(x).ws           x [n, 3, H, W] in [-1, 1]
    A = models.load_estimator("avatars");  A(x), A.names     [n, attributes]

An `Encoder` says by `refuses(G)` whether it belongs to a generator, and gives an `Estimate`.
"""

from models.encoders.encoder import Encoder, Estimate
from models.encoders.estimator import Estimator, Reading
from models.encoders.published import PublishedEncoder
from models.encoders.residual import ResidualEncoder

__all__ = ["Encoder", "Estimate", "Estimator", "PublishedEncoder", "Reading", "ResidualEncoder"]

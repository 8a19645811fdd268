"""The checkpoints this project knows by name: one row each, nothing downloaded to list them.

A new checkpoint is a new row. `revision` "main" is resolved to a commit at the first download, and
the sha256 of that download is recorded and enforced from then on (models/weights/hub.py); a row
whose sha256 stands here is pinned from the start.
"""

from collections.abc import Iterable

from models.weights.checkpoint import Checkpoint

NVIDIA_LICENCE = "NVIDIA Source Code License-NC (non-commercial); the repository states none"


def _published() -> Iterable[Checkpoint]:
    """StyleGAN2's published networks (config F), each as rosinality's .pt and as NVIDIA's .pkl."""
    subjects = {
        "ffhq": ("ffhq-1024", "Faces (FFHQ)", 1024),
        "cat": ("cat", "Cats (LSUN)", 256),
        "car": ("car", "Cars (LSUN, 512 x 384 in a square)", 512),
        "church": ("church", "Churches (LSUN)", 256),
        "horse": ("horse", "Horses (LSUN)", 256),
    }
    sources = {
        "": ("ZeqiangLai/StyleGAN2", "stylegan2-{}-config-f.pt"),
        "-pkl": ("ZeqiangLai/StyleGAN2-pkl", "stylegan2/stylegan2-{}-config-f.pkl"),
    }
    for ending, (repository, file) in sources.items():
        for subject, (name, title, resolution) in subjects.items():
            yield Checkpoint(
                name=name + ending,
                title=title + (", NVIDIA pickle" if ending else ""),
                use=f"StyleGAN2's published network for {title.split(' (')[0].lower()}.",
                kind="generator",
                licence=NVIDIA_LICENCE,
                repository=repository,
                file=file.format(subject),
                resolution=resolution,
                frame=(384, 512) if subject == "car" else None,
            )


def _directions() -> Iterable[Checkpoint]:
    """Normals of planes in w between faces with and without something (InterFaceGAN, Shen et al.
    2020), as StyleGAN-NADA (Gal et al. 2022) publishes them for StyleGAN2's network of faces."""
    for file, title in {
        "age": "Age",
        "smile": "Smile",
        "pose": "Pose",
        "gender": "Gender",
        "hair_length": "Hair length",
    }.items():
        yield Checkpoint(
            name=f"ffhq-{file.replace('_', '-')}",
            title=f"{title} (direction of faces)",
            use=f"A direction of w to edit faces by: {title.lower()}.",
            kind="directions",
            licence="MIT (code); the Space of the files states none",
            repository="spaces/rinong/StyleGAN-NADA",
            file=f"editing/interfacegan_boundaries/{file}.pt",
            generators=("ffhq-1024", "ffhq-1024-pkl"),
        )


ROWS = (
    Checkpoint(
        name="avatars",
        title="Avatars, embedded",
        use="Toy portraits, trained by this project; works without a network.",
        kind="generator",
        licence="Apache-2.0",
        repository="",
        file="avatars.safetensors",
        resolution=64,
        box=(0.50, 0.57, 0.69, 0.86),  # as training.data.boxes measures it, here and below
    ),
    Checkpoint(
        name="species",
        title="Species of avatars, embedded",
        use="A small BigGAN-deep of eight species of toy portraits; works without a network.",
        kind="generator",
        licence="Apache-2.0",
        repository="",
        file="species.safetensors",
        resolution=64,
        box=(0.50, 0.57, 0.69, 0.85),
    ),
    Checkpoint(
        name="scans",
        title="Medical scans (MedNIST), embedded",
        use="A small BigGAN-deep of six classes of grey scans, for play and never for medicine.",
        kind="generator",
        licence="CC BY-SA 4.0 (MedNIST as prepared by B. J. Erickson, Mayo Clinic)",
        repository="",
        file="scans.safetensors",
        resolution=64,
        box=(0.50, 0.55, 0.88, 0.72),
    ),
    Checkpoint(
        name="avatars-overparam",
        title="Avatars, overparameterized, embedded",
        use="An overparameterized StyleGAN2: a latent row for each channel, searched by W and W+.",
        kind="generator",
        licence="Apache-2.0",
        repository="",
        file="avatars-overparam.safetensors",
        resolution=64,
        box=(0.50, 0.58, 0.68, 0.84),
    ),
    Checkpoint(
        name="avatars-baseline",
        title="Avatars, baseline of the overparameterized, embedded",
        use="StyleGAN2 trained as avatars-overparam was, to compare with it.",
        kind="generator",
        licence="Apache-2.0",
        repository="",
        file="avatars-baseline.safetensors",
        resolution=64,
        box=(0.50, 0.57, 0.69, 0.85),
    ),
    Checkpoint(
        name="portraits",
        title="Portraits, embedded",
        use="Small faces after photographs of officials, mostly older white men; often distorted.",
        kind="generator",
        licence="Apache-2.0 (weights); it grants nothing in the name of those it was trained on",
        repository="",
        file="portraits.safetensors",
        resolution=64,
        box=(0.50, 0.52, 0.87, 0.96),
    ),
    *_published(),
    Checkpoint(
        name="biggan-deep-128",
        title="ImageNet by class (BigGAN-deep)",
        use="BigGAN-deep's published network of the 1000 classes of ImageNet.",
        kind="generator",
        licence="not stated by the repository",
        repository="osanseviero/BigGAN-deep-128",
        file="pytorch_model.bin",
        beside=("config.json",),
        resolution=128,
        box=(137 / 255, 127 / 255, 213 / 255, 210 / 255),  # pix2latent's
    ),
    Checkpoint(
        name="ffhq-ada",
        title="Faces (FFHQ), StyleGAN2-ADA",
        use="The network of faces from StyleGAN2-ADA's release.",
        kind="generator",
        licence=NVIDIA_LICENCE,
        repository="ZeqiangLai/StyleGAN2-pkl",
        file="ada/ffhq.pkl",
        resolution=1024,
    ),
    Checkpoint(
        name="encoder-avatars",
        title="Encoder of the avatars, embedded",
        use="Estimates z and w of a picture by the embedded avatars, to begin a search near them.",
        kind="encoder",
        licence="Apache-2.0",
        repository="",
        file="encoder-avatars.safetensors",
        generators=("avatars",),
    ),
    Checkpoint(
        name="encoder-species",
        title="Encoder of the species, embedded",
        use="Finds the class of a picture by the embedded species, and estimates z.",
        kind="encoder",
        licence="Apache-2.0",
        repository="",
        file="encoder-species.safetensors",
        generators=("species",),
    ),
    Checkpoint(
        name="encoder-scans",
        title="Encoder of the medical scans, embedded",
        use="Finds the class of a picture by the embedded scans, and estimates z.",
        kind="encoder",
        licence="CC BY-SA 4.0 (trained on what the scans' generator draws)",
        repository="",
        file="encoder-scans.safetensors",
        generators=("scans",),
    ),
    Checkpoint(
        name="e4e-ffhq",
        title="Encoder of faces (e4e)",
        use="Estimates w+ of an aligned face near w, where edits work well (Tov et al. 2021).",
        kind="encoder",
        licence="MIT (code); the repository of the weights states none",
        repository="zhengchong/e4e",
        file="e4e_ffhq_encode.pt",
        generators=("ffhq-1024", "ffhq-1024-pkl"),
    ),
    Checkpoint(
        name="psp-ffhq",
        title="Encoder of faces (pSp)",
        use="Estimates w+ of an aligned face, nearer to the photo (Richardson et al. 2021).",
        kind="encoder",
        licence="MIT (code); the repository of the weights states none",
        repository="trysem/pixel2style2pixel",
        file="psp_ffhq_encode.pt",
        generators=("ffhq-1024", "ffhq-1024-pkl"),
    ),
    Checkpoint(
        name="estimator-avatars",
        title="Reader of attributes of avatars, embedded",
        use="Reads how much of each attribute an avatar shows, to find edits and to measure them.",
        kind="estimator",
        licence="Apache-2.0",
        repository="",
        file="estimator-avatars.safetensors",
        generators=("avatars", "avatars-overparam", "avatars-baseline"),
    ),
    *_directions(),
    Checkpoint(
        name="perceptual-embedded",
        title="Perceptual distance, embedded",
        use="Compares pictures without a network; trained by this project, not LPIPS.",
        kind="perceptual",
        licence="Apache-2.0",
        repository="",
        file="perceptual.safetensors",
    ),
    Checkpoint(
        name="vgg16",
        title="VGG16 trunk of LPIPS",
        use="The backbone whose features LPIPS compares.",
        kind="perceptual",
        licence="bsd-3-clause",
        repository="timm/vgg16.tv_in1k",
        file="model.safetensors",
    ),
    Checkpoint(
        name="yunet",
        title="Face detector (YuNet)",
        use="Finds a face and five landmarks, to align a photo before projection.",
        kind="detector",
        licence="MIT",
        repository="opencv/face_detection_yunet",
        file="face_detection_yunet_2023mar.onnx",
    ),
)

CATALOG: dict[str, Checkpoint] = {row.name: row for row in ROWS}

"""models/readers/identify.py and sniff.py: what a file is, if it holds no generator."""

import io
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from models import load
from models.errors import StudioError
from tests.models.published import Call, forge, persistent

X = torch.ones(2, 2)
STATES = {
    "StyleGAN1": ["generator.progression.0.conv1.conv.weight", "style.1.weight"],
    "StyleGAN-XL": ["mapping.embed_proj.weight", "synthesis.L0_36_1024.affine.weight"],
    "EG3D": ["backbone.synthesis.b4.conv0.weight", "superresolution.block0.conv0.weight"],
    "discriminator": ["convs.0.0.weight", "convs.1.conv1.0.weight", "final_linear.0.weight"],
    "discriminator, NVIDIA's": ["b64.fromrgb.weight", "b64.conv0.weight", "b4.fc.weight"],
    "LoRA": ["lora_unet_down_blocks_0.lora_down.weight"],
    "LoRA, diffusers'": ["unet.down_blocks.0.attentions.0.to_q.lora_A.weight"],
    "diffusion model": ["model.diffusion_model.input_blocks.0.0.weight"],
    "autoencoder": ["post_quant_conv.weight", "quant_conv.weight"],
    "encoder": ["encoder.input_layer.0.weight", "encoder.styles.0.linear.weight"],
    "BasicSR": ["style_conv1.modulated_conv.weight", "constant_input.weight"],
    "GenForce": ["mapping.dense0.weight", "synthesis.layer0.conv.weight"],
    "BigGAN-deep": ["embeddings.weight", "generator.gen_z.weight_orig"],
    "BigGAN in the form": ["shared.weight", "blocks.0.0.conv1.weight"],
    "recognises pictures": ["features.0.weight", "classifier.0.weight"],
    "recognises pictures (": ["layer1.0.conv1.weight", "fc.weight"],
    "DCGAN": ["main.0.weight", "main.1.weight"],
    "FastGAN": ["init.0.weight", "feat_8.1.weight"],
    "latents": ["latent"],
    "part of a StyleGAN2": ["convs.3.conv.modulation.weight"],
    "other weights, such as 'a.b.weight'": ["a.b.weight"],
}


@pytest.mark.parametrize("noun", STATES)
@pytest.mark.parametrize("wrap", ["bare", "state_dict", "safetensors"])
def test_what_tensors_are(tmp_path, noun, wrap):
    path, tensors = tmp_path / "g.bin", {name: X.clone() for name in STATES[noun]}
    if wrap == "safetensors":
        save_file(tensors, path)
    else:
        torch.save(tensors if wrap == "bare" else {wrap: tensors, "epoch": 3}, path)
    with pytest.raises(StudioError, match=noun.split(",")[0].replace("(", r"\(")) as caught:
        load(path)
    sentence = str(caught.value)
    assert "harm" not in sentence and sentence.count(". ") >= 1, "what to do"


def sg3(**synthesis):
    parts = {"synthesis": persistent("SynthesisNetwork", _modules={}, num_layers=14, **synthesis)}
    return {"G_ema": persistent("Generator", img_resolution=32, _modules=parts)}


OBJECTS = {
    "optimizer": {"state": {0: {"exp_avg": X}}, "param_groups": [{"lr": 0.1, "params": [0]}]},
    "optimizer, empty": {"state": {}, "param_groups": [{"lr": 0.1}]},
    "latents": X,
    "latents, several": [X, X],
    "without any weights": {"epoch": 3, "notes": "none"},
    "StyleGAN3 without its weights": sg3(margin=Call("numpy", "ndarray")),
    "discriminator, a class": {"D": Call("training.networks", "Discriminator"), "x": X},
    "StyleGAN-XL, a class": {"G_ema": persistent("SuperresGenerator", w=X)},
}


@pytest.mark.parametrize("noun", OBJECTS)
def test_what_objects_are(tmp_path, noun):
    content = OBJECTS[noun]
    path = forge(tmp_path / "g.pkl", content)
    with pytest.raises(StudioError, match=noun.split(",")[0]) as caught:
        load(path)
    assert "harm" not in str(caught.value)


def zipped(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def picture(kind):
    stream = io.BytesIO()
    Image.new("RGB", (16, 16)).save(stream, kind)
    return stream.getvalue()


def numpy_file(save):
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


BYTES = {
    "zip archive of pictures": zipped(a__png=b"1", b__jpg=b"2"),
    "that torch did not write.*model.pt": zipped(model__pt=b"1", readme__txt=b"2"),
    "TorchScript program": zipped(**{"m/data.pkl": b"1", "m/constants.pkl": b"2"}),
    r"numpy arrays \(.npz\)": numpy_file(lambda file: np.savez(file, w=np.ones(3))),
    r"array of numpy's \(.npy\)": numpy_file(lambda file: np.save(file, np.ones(3))),
    "picture": picture("PNG"),
    "a picture": picture("JPEG"),
    "a picture. ": picture("WEBP"),
    "a picture. Give": picture("GIF"),
    "gzip": b"\x1f\x8b\x08" + bytes(60),
    "RAR": b"Rar!\x1a\x07" + bytes(60),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(60),
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(60),
    "language model": b"GGUF\x03" + bytes(60),
    "PDF": b"%PDF-1.7" + bytes(60),
    "program": b"\x7fELF" + bytes(60),
    "zeros": bytes(4096),
    "web page": b"<!doctype html>",
    "Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\n",
    "cut short": zipped(**{"m/data.pkl": b"1" * 500})[:-80],
    "is in no format": b"hello, this is text",
}


@pytest.mark.parametrize("noun", BYTES)
def test_what_bytes_are(tmp_path, noun):
    (tmp_path / "g.pt").write_bytes(BYTES[noun])
    with pytest.raises(StudioError, match=noun) as caught:
        load(tmp_path / "g.pt")
    assert "harm" not in str(caught.value)


def test_a_safetensors_header_is_no_magic_number(tmp_path):
    """Its first two bytes are a length, and can be those of a program or a picture."""
    for magic in (b"BM", b"MZ", b"\x1f\x8b"):
        size = int.from_bytes(magic, "little")
        header = b"{}".ljust(size)
        (tmp_path / "g").write_bytes(size.to_bytes(8, "little") + header)
        with pytest.raises(StudioError, match="without any weights"):
            load(tmp_path / "g")

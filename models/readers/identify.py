"""What a file is that holds no generator which can be drawn here, by the names of its tensors."""

import re
from dataclasses import dataclass
from typing import Literal

from models.errors import StudioError
from models.readers.contents import Contents
from models.readers.sentences import another

KNOWN = (
    "This studio reads StyleGAN2 (rosinality's .pt, NVIDIA's .pkl of PyTorch and TensorFlow, state"
    " dicts of either), StyleGAN3 (NVIDIA's), BigGAN-deep, and its own .safetensors."
)
GENERATOR = "Give the file that holds the generator. " + KNOWN
ENCODER = "Give it as the encoder, and its generator as the model."


@dataclass(frozen=True)
class Sign:
    """A pattern in the names of tensors, classes or facts that files of one kind have."""

    pattern: str
    noun: str
    advice: str = KNOWN
    where: Literal["tensors", "classes", "facts"] = "tensors"


# the first that fits: what is more particular stands before what is more common
SIGNS = (
    Sign(r"(^|\.)(lora_[AB]|lora_(up|down)|lora_unet|hada_w\d)", "a LoRA, a small change to a"
         " diffusion model, and no generator by itself"),
    Sign(r"embed_proj\.weight|synthesis\.L\d+_\d+_\d+.*\bhead_layer|SuperresGenerator",
         "a StyleGAN-XL"),
    Sign(r"(Superres|Resetting)", "a StyleGAN-XL", where="classes"),
    Sign(r"(^|\.)(backbone\.synthesis|superresolution)\.", "an EG3D, a generator of 3D scenes"),
    Sign(r"(^|\.)L\d+_\d+_\d+\.(affine\.)?(weight|bias)|synthesis\.input\.(freqs|phases)",
         "a part of a StyleGAN3, without its first layers", "Take the whole file."),
    Sign(r"synthesis\.(num_layers|first_cutoff|use_radial_filters)$",
         "a StyleGAN3 without its weights", "Take the whole file.", where="facts"),
    Sign(r"(^|\.)constant_input\.weight|(^|\.)style_conv1\.modulated_conv|style_mapping\.mappings",
         "a StyleGAN2 in the form of BasicSR or MMGeneration (GFPGAN's, for example)",
         "Take the same network in rosinality's or NVIDIA's form."),
    Sign(r"(^|\.)mapping\.dense\d+\.(weight|fc)|(^|\.)synthesis\.layer\d+\.",
         "a generator in GenForce's form", "Take the same network in NVIDIA's form."),
    Sign(r"(^|\.)(progression|generator\.progression)\.\d+\.|g_synthesis\.|(^|\.)epi1\.",
         "a StyleGAN1", "Take a StyleGAN2 of the same pictures."),
    Sign(r"(^|\.)gen_z\.weight(_orig)?$|(^|\.)conv_to_rgb\.weight_orig$", "a BigGAN-deep's weights"
         " alone", "Name the file pytorch_model.bin, put its config.json beside it, and give the"
         " path of that folder."),
    Sign(r"(^|\.)blocks\.\d+\.\d+\.(conv1|bn1)\.|(^|\.)shared\.weight$", "a BigGAN in the form of"
         " its PyTorch training", "Take BigGAN-deep as a folder with config.json and"
         " pytorch_model.bin."),
    Sign(r"(^|\.)(b\d+\.)?fromrgb\.|(^|\.)b4\.(fc|out)\.|(^|\.)final_linear\.\d|(^|\.)final_conv\.\d",
         "a discriminator, the network that judges pictures in training", GENERATOR),
    Sign(r"(Discriminator|ProjectedD)", "a discriminator, the network that judges pictures in"
         " training", GENERATOR, where="classes"),
    Sign(r"model\.diffusion_model\.|(^|\.)(down_blocks|input_blocks)\.\d|(^|\.)transformer_blocks\.",
         "a diffusion model"),
    Sign(r"(^|\.)(first_stage_model|quant_conv|post_quant_conv)\.", "an autoencoder"),
    Sign(r"(^|\.)encoder\.(input_layer|styles|body)\.|^(input_layer|body)\.\d+\.|^styles\.\d+\.",
         "an encoder (e4e's or pSp's), without a generator", ENCODER),
    Sign(r"(^|\.)init\.[01]\.(weight|conv)|(^|\.)feat_\d+\.", "a FastGAN"),
    Sign(r"(^|\.)(visual\.|(text|vision)_model\.|encoder\.layer\.\d|(layers|h)\.\d+\.(self_)?attn)",
         "a language or vision transformer"),
    Sign(r"(^|\.)(features\.\d|layer[1-4]\.\d+\.(conv|bn)\d|classifier\.\d|fc\.weight|lin\d\.model)",
         "a network that recognises pictures (VGG, ResNet, …)"),
    Sign(r"(^|\.)main\.\d+\.", "a small generator of another kind (DCGAN's)"),
    Sign(r"(^|\.)(exp_avg(_sq)?|momentum_buffer|square_avg)$",
         "the state of an optimizer, without a network", GENERATOR),
)  # fmt: skip
LATENTS = re.compile(r"(^|\.)(latents?|latent_code|projected_w|ws?|w_plus|noise)(\.\d+)?$")
PARTS_OF_STYLEGAN2 = re.compile(r"(conv\.modulation|affine)\.(weight|bias)$|^noises\.noise_\d")


def unknown(found: Contents, source: str) -> StudioError:
    """The sentence for a file of which no generator can be made."""
    names = list(found.tensors)
    texts = {
        "tensors": "\n".join(names),
        "facts": "\n".join(found.facts),
        "classes": "\n".join(set(found.classes.values())),
    }
    for sign in SIGNS:
        if re.search(sign.pattern, texts[sign.where], re.MULTILINE):
            return another(source, sign.noun, sign.advice)
    if not names:
        keys = {place.split(".")[0] for place in [*found.facts, *found.classes] if place}
        if keys >= {"param_groups"}:
            return another(source, "the state of an optimizer, without a network", GENERATOR)
        what = f" It holds {_some(sorted(keys))}." if keys else ""
        return another(source, f"a file without any weights.{what}".rstrip("."), GENERATOR)
    bare = all(name == "" or name.isdigit() for name in names)
    if bare or (len(names) < 100 and any(LATENTS.search(name) for name in names)):
        return another(
            source, "a file of latents or directions, no network", "Give the checkpoint of the"
            " generator as the model.",
        )  # fmt: skip
    if any(PARTS_OF_STYLEGAN2.search(name) for name in names):
        noun = "a part of a StyleGAN2, without its first layers"
        return another(source, f"{noun} ({_some(names)})", "Take the whole file.")
    return another(source, f"a file of other weights, such as {_some(names)}", KNOWN)


def _some(names: list[str]) -> str:
    shown = [f"{name[:40]!r}" for name in names[:3]]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "")

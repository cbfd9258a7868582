"""Writes what transformers' image processors make of two drawn photos, for the Go tests: a configuration file as transformers
writes it, and the pixels before they are scaled, which are whole numbers, as a PNG."""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image
from transformers.models.chinese_clip.image_processing_pil_chinese_clip import ChineseCLIPImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

PROCESSORS = {
    "clip": CLIPImageProcessorPil(),
    "clip_small": CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size={"height": 56, "width": 56}, resample=2),
    "siglip": SiglipImageProcessorPil(),
    "siglip_lanczos": SiglipImageProcessorPil(size={"height": 64, "width": 64}, resample=1),
    "chinese_clip": ChineseCLIPImageProcessorPil(size={"height": 96, "width": 96}, do_center_crop=False),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path(__file__).parent / "../encoders/testdata")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "../encoders/photo/testdata")
    args = parser.parse_args()
    args.out.mkdir(exist_ok=True)
    wide = Image.open(args.photos / "shoe.png").convert("RGB")
    # A tall one, larger than what the models see. Much taller ones Pillow 13 resizes in another order than those before it.
    wide.rotate(90, expand=True).resize((333, 380), Image.BICUBIC).save(args.out / "tall.png", optimize=True)
    photos = {"wide": wide, "tall": Image.open(args.out / "tall.png").convert("RGB")}
    # An odd size, and edges of strong colours, so that it shows how colour is spread.
    small = wide.crop((20, 20, 71, 53))
    for name, sampling in {"444": 0, "422": 1, "420": 2}.items():
        small.save(args.out / f"sampling_{name}.jpg", quality=90, subsampling=sampling)
        Image.open(args.out / f"sampling_{name}.jpg").save(args.out / f"sampling_{name}.png", optimize=True)
    for name, processor in PROCESSORS.items():
        (args.out / f"{name}.json").write_text(processor.to_json_string())
        for photo, picture in photos.items():
            tensor = np.asarray(processor(picture, return_tensors="np")["pixel_values"][0], np.float64).transpose(1, 2, 0)
            pixels = (tensor * processor.image_std + processor.image_mean) * 255
            assert np.abs(pixels - pixels.round()).max() < 1e-3
            Image.fromarray(pixels.round().astype(np.uint8)).save(args.out / f"{name}_{photo}.png", optimize=True)


if __name__ == "__main__":
    main()

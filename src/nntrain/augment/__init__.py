"""Augmentations: training rows are changed a little each time they are seen, in ways that should not change the answer."""

from nntrain.augment.augmentation import Augmentation, Movement, augmentations
from nntrain.augment.augmenter import Augmenter
from nntrain.augment.canvas import Canvas
from nntrain.augment.cutout import Cutout
from nntrain.augment.mixing import Cutmix, Mixup
from nntrain.augment.movements import Flip, Rotation, Scaling, Shift
from nntrain.augment.noise import FeatureMasking, GaussianNoise, SwapNoise
from nntrain.augment.site import Site

__all__ = ["Augmentation", "Augmenter", "Canvas", "Movement", "Site", "augmentations"]

"""Exercises of lesson 06: the look-up, its scale and its masks, positions, heads, the block, masked bases."""

from helpers.exercises.attention.block import TransformerBlock
from helpers.exercises.attention.bug_hunt import BugHunt
from helpers.exercises.attention.heads import MergeHeads, MultiHeadAttention, SplitHeads
from helpers.exercises.attention.lookup import LookUp, ScaledDotProductAttention, SelfAttention
from helpers.exercises.attention.masks import CausalMask
from helpers.exercises.attention.position import PositionalEncoding
from helpers.exercises.attention.pretraining import MaskTokens
from helpers.exercises.attention.quiz import Quiz
from helpers.exercises.attention.sharpness import Soften

EXERCISES = (
    LookUp,
    SelfAttention,
    Soften,
    CausalMask,
    ScaledDotProductAttention,
    PositionalEncoding,
    SplitHeads,
    MergeHeads,
    MultiHeadAttention,
    TransformerBlock,
    MaskTokens,
    BugHunt,
    Quiz,
)

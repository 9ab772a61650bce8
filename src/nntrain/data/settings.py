"""The settings of data: the keys of `data:`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias, cast

from annotated_types import Ge, MaxLen, MinLen

from nntrain.config.markers import Named, Section
from nntrain.data.cells import DEFAULT_MISSING
from nntrain.data.dates import DateEncoder
from nntrain.data.encoding import Encoder
from nntrain.data.imputation import Imputer
from nntrain.data.registries import date_encoders, encoders, imputers, scalers, sources
from nntrain.data.scaling import Scaler
from nntrain.data.sources import Located, Source
from nntrain.data.target_transform import TargetTransform, target_transforms
from nntrain.errors import ConfigError
from nntrain.types import Count, Index, Seed, Share

Task: TypeAlias = Literal["classification", "multilabel", "regression"]
ColumnType: TypeAlias = Literal["numeric", "categorical", "date", "ignored"]

STANDARDIZE, ONE_HOT, MEDIAN = cast("Scaler", "standardize"), cast("Encoder", "one_hot"), cast("Imputer", "median")
CYCLIC = cast("DateEncoder", "cyclic")
"""Defaults as the config would name them; the check of the settings turns them into components."""


@dataclass(frozen=True, kw_only=True)
class SplitSettings:
    """How one table is split into training, validation and test rows; a split that has a file of its own is not made.

    YAML      split: {validation: 0.15, test: 0.15}          split: {column: part}
              split: {folds: 5, fold: 2, test: 0.15}

    ``validation``, ``test``  their shares of the rows; 0 means none
    ``folds``     instead of a share for validation: the rows that are not for test in so many parts, of which part ``fold``,
                  counted from 0, is for validation. The test rows stay those that they are without ``folds``
    ``stratify``  every class keeps its share in each split; by default for classification
    ``seed``      of the random choice
    ``column``    a column that says ``train``, ``validation`` or ``test`` for each row, instead of shares
    """

    validation: Share = 0.15
    test: Share = 0.0
    stratify: bool | None = None
    seed: Seed = 0
    column: str | None = None
    folds: Annotated[int, Ge(2)] | None = None
    fold: Index = 0

    def __post_init__(self) -> None:
        if self.folds is None and self.fold:
            raise ConfigError(f"data.split.fold: {self.fold} of how many? set data.split.folds too")
        if self.folds is not None and self.fold >= self.folds:
            raise ConfigError(
                f"data.split.fold: {self.fold}; folds are counted from 0, expected at most {self.folds - 1}"
            )
        if self.folds is not None and self.column is not None:
            raise ConfigError("data.split.folds: a column says which rows are for validation; leave out one of the two")
        if self.column is None and self.validation + self.test >= 1:
            given = f"validation {self.validation} and test {self.test}"
            raise ConfigError(f"data.split: {given} leave no rows to train on; together they must be less than 1")


@dataclass(frozen=True, kw_only=True)
class ColumnSettings:
    """What is said of a single column; what is not said is as for all columns.

    YAML      columns: {age: {type: numeric, missing: mean}, postcode: {type: categorical}}

    ``type``      numeric, categorical, date or ignored; by default found on the training rows, date if the source says so
    ``scaling``   for a numeric column
    ``encoding``  for a categorical column
    ``missing``   for a numeric column
    ``dates``     for a column of dates
    """

    type: ColumnType | None = None
    scaling: Annotated[Scaler | None, Named(scalers)] = None
    encoding: Annotated[Encoder | None, Named(encoders)] = None
    missing: Annotated[Imputer | None, Named(imputers)] = None
    dates: Annotated[DateEncoder | None, Named(date_encoders)] = None


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Which rows to learn from, what to predict, and how columns become inputs.

    ``train``           a path, a glob, ``{sql: …}`` or a generated source
    ``target``          the column to predict, or a list of them: numbers all, or labels of two classes all
    ``validation``, ``test``  tables of their own, if there are any; else see ``split``
    ``numeric``         the scaling of numeric columns
    ``categorical``     the encoding of categorical columns
    ``dates``           what becomes of columns of dates
    ``missing``         what stands in for missing numbers; a missing category is a category of its own
    ``missing_values``  the texts that mean a missing value, exactly as written; an empty cell always does
    ``task``            classification, regression, or multilabel (several targets of two classes); by default found on the target
    ``target_transform``  log or log1p: what is learnt of a number that is to be predicted; predictions are turned back
    ``ignore``          columns that are not looked at
    ``columns``         settings of single columns
    ``weights``         a column that says how much each row counts, in the loss and in all figures; it is no input
    ``image``           [height, width], where the columns, in their order, are the pixels of a picture, row by row
    """

    train: Annotated[Source, Located(sources)]
    target: str | list[str]
    validation: Annotated[Source | None, Located(sources)] = None
    test: Annotated[Source | None, Located(sources)] = None
    split: Annotated[SplitSettings, Section()] = SplitSettings()
    numeric: Annotated[Scaler, Named(scalers)] = STANDARDIZE
    categorical: Annotated[Encoder, Named(encoders)] = ONE_HOT
    dates: Annotated[DateEncoder, Named(date_encoders)] = CYCLIC
    missing: Annotated[Imputer, Named(imputers)] = MEDIAN
    missing_values: list[str] = field(default_factory=lambda: list(DEFAULT_MISSING))
    task: Task | None = None
    target_transform: Annotated[TargetTransform | None, Named(target_transforms)] = None
    ignore: list[str] = field(default_factory=list)
    columns: dict[str, Annotated[ColumnSettings, Section()]] = field(default_factory=dict)
    weights: str | None = None
    image: Annotated[list[Count], MinLen(2), MaxLen(2)] | None = None

    def __post_init__(self) -> None:
        if not self.targets:
            raise ConfigError("data.target: []; expected a column, or a list of them")
        twice = [name for name in dict.fromkeys(self.targets) if self.targets.count(name) > 1]
        if twice:
            raise ConfigError(f"data.target: '{twice[0]}' is listed twice")
        if self.split.folds is not None and self.validation is not None:
            raise ConfigError(
                "data.split.folds: the validation rows have a file of their own; leave out one of the two"
            )
        if self.weights in self.targets:
            raise ConfigError(f"data.weights: '{self.weights}' is a target; expected another column")

    @property
    def targets(self) -> list[str]:
        """The columns to predict."""
        return [self.target] if isinstance(self.target, str) else self.target

"""The options of `phusong pathloss`, checked before anything compiled is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from phusong.coverage.model_options import (
    EXTRA_OPTIONS,
    NAMES,
    OPTIONS,
    Option,
    OptionError,
    Value,
    extra_settings,
    near,
    settings,
)
from phusong.geodata.errors import InputError

_FLAGS = {"clutter": "--clutter-loss"}

Asked = tuple[dict[str, Value], dict[str, dict[str, Value]]]


def asked(model: str, methods: Mapping[str, str], settings_: Sequence[str]) -> Asked:
    """The model's options and those of every loss to add, of "KEY=VALUE" and of methods by kind of loss.

    An empty method is a loss that is not asked for. InputError names the option and the mend.
    """
    if model not in NAMES:
        raise InputError(f"--model {model!r} is none of {', '.join(NAMES)}{near(model, NAMES)}")
    extras: dict[str, dict[str, Value]] = {}
    for kind, method in methods.items():
        if method:
            extras[kind] = {"method": method}
            _check(_flag(kind), kind, extras[kind])
    options: dict[str, Value] = {}
    for text in settings_:
        key, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--set {text}: give KEY=VALUE, such as --set climate=equatorial")
        kind, dot, name = key.partition(".")
        if not dot:
            options[key] = _value(OPTIONS[model].get(key), value)
            continue
        if kind not in EXTRA_OPTIONS:
            raise InputError(
                f"--set {text}: no loss is called {kind!r}; there are {', '.join(EXTRA_OPTIONS)}"
            )
        if kind not in extras:
            ways = " or ".join(EXTRA_OPTIONS[kind])
            raise InputError(f"--set {text}: {kind} is not asked for; add {_flag(kind)} {ways}")
        extras[kind][name] = _value(EXTRA_OPTIONS[kind][str(extras[kind]["method"])].get(name), value)
    _check("--set", "", options, model)
    for kind, given in extras.items():
        _check(f"--set {kind}", kind, given)
    return options, extras


def _flag(kind: str) -> str:
    return _FLAGS.get(kind, f"--{kind}")


def _check(where: str, kind: str, given: Mapping[str, Value], model: str = "") -> None:
    try:
        if kind:
            extra_settings(kind, given)
        else:
            settings(model, given)
    except OptionError as error:
        raise InputError(f"{where}: {error}") from None


def _value(option: Option | None, text: str) -> Value:
    """The text as what the option holds; as it is where it cannot be that, for the check to name."""
    if option is None or option.choices:
        return text
    if isinstance(option.default, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text

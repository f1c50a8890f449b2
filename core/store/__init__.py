"""The clinic file. SQL is written here and nowhere else."""

import sys

import sqlcipher3
import sqlcipher3.dbapi2

# sqlite-utils prefers "pysqlite3" to the standard library's sqlite3. Giving it SQLCipher under that
# name makes the errors it catches the ones we raise; otherwise a failed query() can leave a
# transaction open.
sys.modules.setdefault("pysqlite3", sqlcipher3)
sys.modules.setdefault("pysqlite3.dbapi2", sqlcipher3.dbapi2)

# sqlite-utils imports pandas and numpy where they are installed (0.3 s); nothing here needs them.
_HIDDEN = {name: sys.modules.get(name) for name in ("pandas", "numpy")}
for _name in _HIDDEN:
    sys.modules[_name] = None  # type: ignore[assignment]
import sqlite_utils  # noqa: E402

for _name, _module in _HIDDEN.items():
    if _module is None:
        del sys.modules[_name]
    else:
        sys.modules[_name] = _module

# Who needs the class outside this package takes it from here: imported on its own before this package,
# sqlite-utils would have found the standard library's sqlite3, pandas and numpy.
Database = sqlite_utils.Database

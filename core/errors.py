"""What can go wrong and be told to the user. Anything else is a bug."""


class AppError(Exception):
    """Shown as one plain sentence that says what to do next, never as a traceback."""


class GivenUp(Exception):
    """A person gave up what they waited for, or closed the file meanwhile: nothing is left, and nothing is told."""


class WrongPassword(AppError): ...


class TooManyAttempts(AppError): ...


class NotAllowed(AppError): ...


class Locked(AppError): ...


class FileMissing(AppError): ...


class FileExists(AppError): ...


class FileInUse(AppError): ...


class FileTooNew(AppError): ...


class FileDamaged(AppError): ...


class StorageError(AppError): ...


class InvalidInstrument(AppError): ...


class InvalidForm(AppError): ...


class InvalidProtocol(AppError): ...


class InvalidReference(AppError): ...


class UnreadableImport(AppError): ...

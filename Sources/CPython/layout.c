#include "CPython.h"

// As in the stable ABI of a 64-bit CPython.
_Static_assert(sizeof(PyObject) == 16, "PyObject");
_Static_assert(sizeof(PyMethodDef) == 32, "PyMethodDef");
_Static_assert(sizeof(PyModuleDef) == 104, "PyModuleDef");
_Static_assert(offsetof(PyModuleDef, m_size) == 56, "m_size");

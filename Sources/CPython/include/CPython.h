// What the Python module uses of CPython's stable ABI, as of Python 3.8 (Py_LIMITED_API 0x03080000), declared here so
// that building this package needs no Python. Each name is in the stable ABI's list, so one binary serves every later
// version: Tests/python compares them with the names that the built module really imports.
//
// In a build of CPython without the GIL ("free-threaded") objects begin otherwise: setup.py refuses that.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef intptr_t Py_ssize_t;

// The head of every object. The fields are read by nobody here: counting goes through Py_IncRef and Py_DecRef.
typedef struct PyObject {
  Py_ssize_t ob_refcnt;
  void *ob_type;
} PyObject;

typedef PyObject *(*PyCFunction)(PyObject *, PyObject *);
typedef int (*visitproc)(PyObject *, void *);

// methodobject.h
typedef struct PyMethodDef {
  const char *ml_name;
  PyCFunction ml_meth;
  int ml_flags;
  const char *ml_doc;
} PyMethodDef;

enum { CPYTHON_METH_VARARGS = 1 };

// moduleobject.h
typedef struct PyModuleDef_Slot {
  int slot;
  void *value;
} PyModuleDef_Slot;

enum {
  CPYTHON_MOD_EXEC = 2,
  CPYTHON_MOD_MULTIPLE_INTERPRETERS = 3,  // Python 3.12; older ones refuse it
};

typedef struct PyModuleDef {
  struct {
    PyObject ob_base;
    PyObject *(*m_init)(void);
    Py_ssize_t m_index;
    PyObject *m_copy;
  } m_base;
  const char *m_name;
  const char *m_doc;
  Py_ssize_t m_size;
  PyMethodDef *m_methods;
  PyModuleDef_Slot *m_slots;
  int (*m_traverse)(PyObject *, visitproc, void *);
  int (*m_clear)(PyObject *);
  void (*m_free)(void *);
} PyModuleDef;

PyObject *PyModuleDef_Init(PyModuleDef *);
int PyModule_AddObject(PyObject *, const char *, PyObject *);  // takes the reference only when it succeeds
void *PyModule_GetState(PyObject *);

// Objects
void Py_IncRef(PyObject *);
void Py_DecRef(PyObject *);
PyObject *PyObject_CallObject(PyObject *, PyObject *);
PyObject *PyObject_GetAttrString(PyObject *, const char *);
int PyCallable_Check(PyObject *);
PyObject *PyObject_Type(PyObject *);
int PyObject_IsInstance(PyObject *, PyObject *);
int PyObject_AsFileDescriptor(PyObject *);

// Tuples, dictionaries, numbers
PyObject *PyTuple_New(Py_ssize_t);
Py_ssize_t PyTuple_Size(PyObject *);
PyObject *PyTuple_GetItem(PyObject *, Py_ssize_t);             // borrowed
int PyTuple_SetItem(PyObject *, Py_ssize_t, PyObject *);       // takes the reference
PyObject *PyBool_FromLong(long);
PyObject *PyDict_New(void);
int PyDict_SetItem(PyObject *, PyObject *, PyObject *);
PyObject *PyDict_GetItemWithError(PyObject *, PyObject *);     // borrowed
PyObject *PyNumber_Index(PyObject *);
PyObject *PyLong_FromLongLong(long long);
PyObject *PyLong_FromUnsignedLongLong(unsigned long long);
long PyLong_AsLong(PyObject *);
long long PyLong_AsLongLong(PyObject *);
unsigned long long PyLong_AsUnsignedLongLong(PyObject *);

// Texts and bytes
PyObject *PyUnicode_FromStringAndSize(const char *, Py_ssize_t);
PyObject *PyUnicode_DecodeFSDefault(const char *);
PyObject *PyUnicode_AsUTF8String(PyObject *);
int PyUnicode_FSConverter(PyObject *, void *);
PyObject *PyOS_FSPath(PyObject *);
PyObject *PyBytes_FromObject(PyObject *);
char *PyBytes_AsString(PyObject *);
Py_ssize_t PyBytes_Size(PyObject *);

// Errors
PyObject *PyErr_Occurred(void);
int PyErr_ExceptionMatches(PyObject *);
void PyErr_Clear(void);
void PyErr_Fetch(PyObject **, PyObject **, PyObject **);
void PyErr_Restore(PyObject *, PyObject *, PyObject *);
void PyErr_NormalizeException(PyObject **, PyObject **, PyObject **);
void PyErr_Display(PyObject *, PyObject *, PyObject *);
void PyErr_WriteUnraisable(PyObject *);
void PyErr_SetObject(PyObject *, PyObject *);
void PyErr_SetString(PyObject *, const char *);
PyObject *PyErr_NewExceptionWithDoc(const char *, const char *, PyObject *, PyObject *);
int PyException_SetTraceback(PyObject *, PyObject *);

// The interpreter
PyObject *PyImport_ImportModule(const char *);
PyObject *PySys_GetObject(const char *);  // borrowed
int PyFile_WriteObject(PyObject *, PyObject *, int);
const char *Py_GetVersion(void);
typedef struct PyThreadState PyThreadState;
PyThreadState *PyEval_SaveThread(void);
void PyEval_RestoreThread(PyThreadState *);
void PyOS_BeforeFork(void);
void PyOS_AfterFork_Parent(void);
void PyOS_AfterFork_Child(void);

// Python's variables, as functions: Swift takes a variable of C for one that any thread may change.
#define CPYTHON_VARIABLE(type, name)               \
  extern type name;                                \
  static inline PyObject *cpython_##name(void) { return (PyObject *)name; }
CPYTHON_VARIABLE(PyObject *, PyExc_Exception)
CPYTHON_VARIABLE(PyObject *, PyExc_OSError)
CPYTHON_VARIABLE(PyObject *, PyExc_OverflowError)
CPYTHON_VARIABLE(PyObject *, PyExc_RuntimeError)
CPYTHON_VARIABLE(PyObject *, PyExc_SystemExit)
CPYTHON_VARIABLE(PyObject *, PyExc_TypeError)
CPYTHON_VARIABLE(PyObject *, PyExc_ValueError)

#define CPYTHON_OBJECT(name)        \
  extern PyObject name;             \
  static inline PyObject *cpython_##name(void) { return &name; }
CPYTHON_OBJECT(_Py_NoneStruct)
CPYTHON_OBJECT(PyBytes_Type)
CPYTHON_OBJECT(PyLong_Type)
CPYTHON_OBJECT(PyTuple_Type)
CPYTHON_OBJECT(PyUnicode_Type)

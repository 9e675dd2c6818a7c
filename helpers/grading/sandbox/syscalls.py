"""System calls that no lesson needs, as a seccomp filter: the smaller half of the kernel is the harder one to break.

Memory that belongs to no process (`memfd_create`, System V segments), tracing, keys, mounts, new name spaces and the
newest, least tested interfaces answer "not permitted" or "not there", as does clone3 (435), whose flags a filter cannot
see: the C library then falls back to clone. Everything else passes.
"""

from __future__ import annotations

import platform
import struct

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
EPERM, ENOSYS = 1, 38
LOAD, EQUAL, AT_LEAST, HAS, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF: load a word; jump if; return
NEW_SPACES = 0x7E020000  # CLONE_NEWUSER, CLONE_NEWNS and their like
CLONE = {"x86_64": 56, "aarch64": 220}

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# Numbers from the kernel's own tables: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h
REFUSED = {
    "x86_64": {
        EPERM: "101 155 161 163 165 166 167 168 169 170 171 173 175 176 272 303 304 308 310 311 313",
        ENOSYS: "29 30 31 64 65 66 68 69 70 71 134 154 220 240 246 248 249 250 298 319 320 321 323 "
        "425 426 427 428 429 430 431 432 433 435 442 447",
    },
    "aarch64": {
        EPERM: "39 40 41 51 89 97 104 105 106 117 142 161 162 224 225 264 265 268 270 271 273",
        ENOSYS: "42 180 186 187 188 189 190 191 192 193 194 195 196 197 217 218 219 241 279 280 282 294 "
        "425 426 427 428 429 430 431 432 433 435 442 447",
    },
}


def refusing() -> bytes | None:
    """The filter as BPF, ready for `bwrap --seccomp`; None where the numbers of this machine are not known here."""
    machine = platform.machine()
    if machine not in MACHINES:
        return None
    code = [step(LOAD, 4), step(EQUAL, MACHINES[machine], 1, 0), step(ANSWER, KILL), step(LOAD, 0)]
    if machine == "x86_64":  # the x32 numbers, which mean the same calls again
        code += [step(AT_LEAST, 0x40000000, 0, 1), step(ANSWER, REFUSE | ENOSYS)]
    code += [step(EQUAL, CLONE[machine], 0, 4), step(LOAD, 16), step(HAS, NEW_SPACES, 0, 1)]
    code += [step(ANSWER, REFUSE | EPERM), step(LOAD, 0)]
    for error, numbers in REFUSED[machine].items():
        for number in numbers.split():
            code += [step(EQUAL, int(number), 0, 1), step(ANSWER, REFUSE | error)]
    return b"".join([*code, step(ANSWER, ALLOW)])


def step(what: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction: a jump goes `then` or `otherwise` steps on."""
    return struct.pack("HBBI", what, then, otherwise, value)

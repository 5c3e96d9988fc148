/* SPDX-License-Identifier: GPL-2.0-only */
/* A name that a unix socket tells and is not found by. */
#ifndef __CR_SK_NAME_H__
#define __CR_SK_NAME_H__

#include <stdbool.h>

/* During a restore. 1: the kernel is not OpenVE's, or is too old; -1: said. */
extern bool can_name_unix_sk(void);
extern int name_unix_sk(int sk, const void *name, unsigned int len);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPUs that a VE sees: see cpus.c. */
#ifndef _VE_CPUS_H
#define _VE_CPUS_H

#include <vz/object.h>
#include <vz/part.h>

extern const struct ve_part ve_cpus_part;
extern const struct seq_operations ve_cpuinfo_ops;

unsigned int ve_nr_cpus(const struct ve *ve);
void ve_fold_cpus(struct cpumask *mask, const struct cpumask *online, unsigned int n);
void ve_unfold_cpus(struct cpumask *mask, const struct cpumask *online, unsigned int n);

#endif /* _VE_CPUS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ve_sem_undo_get() of <vz/sem_undo.h>: at the end of ipc/sem.c, whose structures
 * nobody else sees, and of no other file.
 */
#ifdef CONFIG_VE

#include <vz/sem_undo.h>

/* Is one in this set, and the one looked for? As ve_sem_undo_get(). */
static int ve_sem_undo_of(struct sem_array *sma, const void *list, u32 *index, s16 *adj,
			  u32 room)
{
	struct sem_undo *un;
	int ret = 0;

	list_for_each_entry(un, &sma->list_id, list_id) {
		if (un->ulp != list)
			continue;
		if ((*index)--)
			break;
		if (sma->sem_nsems > room)
			return -E2BIG;
		memcpy(adj, un->semadj, sma->sem_nsems * sizeof(*adj));
		ret = sma->sem_nsems;
		break;
	}
	return ret;
}

int ve_sem_undo_get(struct ipc_namespace *ns, const void *list, u32 index, int *semid,
		    s16 *adj, u32 room)
{
	struct ipc_ids *ids = &sem_ids(ns);
	struct kern_ipc_perm *perm;
	int id = 0, ret = 0;

	/* No set goes away meanwhile. */
	down_read(&ids->rwsem);
	while (!ret && (perm = idr_get_next(&ids->ipcs_idr, &id))) {
		struct sem_array *sma = container_of(perm, struct sem_array, sem_perm);

		rcu_read_lock();
		sem_lock(sma, NULL, -1);
		ret = ve_sem_undo_of(sma, list, &index, adj, room);
		*semid = perm->id;
		sem_unlock(sma, -1);
		rcu_read_unlock();
		id++;
		cond_resched();
	}
	up_read(&ids->rwsem);
	return ret;
}

#endif /* CONFIG_VE */

#!/bin/sh
# Four machines, one rank on each, with Open MPI; for MPICH, --mpi=pmi2. Submitted again, also
# with other --nodes, it goes on from the last checkpoint.
#SBATCH --nodes=4 --ntasks-per-node=1 --cpus-per-task=32 --signal=TERM@60
# Slurm lets the other ranks wait for one that is gone unless it is told to end them.
srun --mpi=pmix --kill-on-bad-exit=1 --cpus-per-task="$SLURM_CPUS_PER_TASK" \
    nabla train --threads "$SLURM_CPUS_PER_TASK" /shared/data.csv \
    --model /shared/m.safetensors --checkpoint /shared/state --resume

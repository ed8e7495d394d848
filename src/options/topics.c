/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of 'tidemill help TOPIC'. Lines that begin with two spaces and 'tidemill' or 'mpirun'
 * are commands; a test tries each of them. */
#include "options/help.h"

#include <string.h>

/* clang-format off */
static const char targets[] =
    "tidemill help targets\n\n"
    "TARGET is what 'tidemill run' writes to and reads from. All ranks get the same\n"
    "list.\n\n"
    "Kinds\n"
    "  directory      gets a directory tidemill-<run id> for the data files,\n"
    "                 removed at the end unless --keep is given\n"
    "  file           must exist, and needs --overwrite; one layout: --layout shared\n"
    "  new file       a path that does not exist needs --new-file\n"
    "  block device   needs --allow-block-device, and must not be in use\n"
    "  /dev/null      measures the data generator alone\n\n"
    "Several targets\n"
    "  tidemill run --size 1GiB /scratch /dev/shm\n\n"
    "--spread decides which node, rank or writer uses which; one that no rank uses is\n"
    "a warning.\n\n"
    "What is kept safe\n"
    "  A path that does not exist is refused, so that a mistyped mount point is not\n"
    "  created on the root disk. If nodes see different file systems under one path,\n"
    "  the run is refused too (--force). Nothing that the run did not create is\n"
    "  overwritten or removed.\n\n"
    "Show what a target offers:\n\n"
    "  tidemill facts /scratch\n";

static const char modes[] =
    "tidemill help modes\n\n"
    "How a run moves its data: engine, page cache, sync.\n\n"
    "Page cache\n"
    "  --direct prefer    O_DIRECT if the target has it, else buffered (a warning)\n"
    "  --direct require   refuse to run without O_DIRECT\n"
    "  --direct never     buffered: the page cache is part of the measurement\n"
    "  --uncached         through the page cache, whose pages are dropped at once\n"
    "  --cache drop       drop cached pages of the files before reading\n\n"
    "The result records what was requested, what was opened, and what was in effect,\n"
    "with the evidence: pages found in the cache, dirtied pages, counters of the\n"
    "devices.\n\n"
    "Engine\n"
    "  --engine uring     io_uring: --depth requests in flight for each I/O thread\n"
    "  --engine pwrite    one system call for each request; use more --writers\n"
    "  --engine pwritev   one system call for --batch contiguous ones\n\n"
    "Sync\n"
    "  --fsync end        fsync of each file, inside the phase's time (default)\n"
    "  --fsync each       after each request\n"
    "  --fsync never      not at all: the rate may be that of memory\n\n"
    "Examples\n"
    "  tidemill run --direct never --cache drop --size 1GiB /scratch\n"
    "  tidemill run --engine pwrite --writers 8 --size 1GiB /scratch\n";

static const char result[] =
    "tidemill help result\n\n"
    "Each run writes one HDF5 file, by default in results/. It holds everything that\n"
    "the summary shows and more: settings, nodes, targets, and for each phase nodes,\n"
    "ranks, I/O threads, timeline, histograms, slowest requests, device counters and\n"
    "warnings.\n\n"
    "Read it with tidemill\n"
    "  tidemill report result.h5\n"
    "  tidemill report -v result.h5\n"
    "  tidemill report --json - result.h5\n"
    "  tidemill report --tables tables result.h5\n"
    "  tidemill compare base.h5 new.h5\n\n"
    "With other programs\n"
    "  h5dump, h5py, pandas (results/read_result.py), R, MATLAB, Julia: a table is a\n"
    "  group of columns with units and long_name. results/README.md explains each.\n\n"
    "Use it again\n"
    "  --options-from result.h5   the same settings again; of a run with --keep and\n"
    "                             without a phase that writes: read the stored files\n"
    "  --cleanup result.h5        remove the files that a killed run left\n";

#define FOREIGN_TABLE "Options\n"

static const char from_ior[] =
    "tidemill help coming-from-ior\n\n"
    "What differs: tidemill uses O_DIRECT where it can, has several requests in\n"
    "flight, includes fsync in the time, and lets another node read back what a node\n"
    "wrote. Data are unique and incompressible.\n\n"
    "ior -w -r -F -b 1g -t 1m -e -O useO_DIRECT=1 -o /pfs/f\n\n"
    "  mpirun -n 2 tidemill run --size-per-rank 1GiB --buffer-size 1MiB /pfs\n\n"
    "ior -w -r -b 1g -t 1m -C -e -k -o /pfs/f, one shared file, buffered, one at a\n"
    "time\n\n"
    "  mpirun -n 2 tidemill run --layout shared --size-per-rank 1GiB \\\n"
    "      --buffer-size 1MiB --engine pwrite --writers 1 --direct never \\\n"
    "      --keep /pfs\n\n"
    "ior -w -r -R -z -F -b 256m -t 4k -i 3 -o /pfs/f\n\n"
    "  mpirun -n 2 tidemill run --verify --order random --size-per-rank 256MiB \\\n"
    "      --buffer-size 4KiB --repeat 3 /pfs\n\n"
    FOREIGN_TABLE
    "  -b SIZE            --size-per-rank SIZE (-s 1)\n"
    "  -s N (N segments)  --layout shared --interleave SIZE, the SIZE of -b\n"
    "  -t SIZE            --buffer-size SIZE\n"
    "  -F                 --layout rank (default); without -F: --layout shared\n"
    "  -w, -r             --phases write, --phases read\n"
    "  -R, -W             --verify\n"
    "  -z                 --order random\n"
    "  -C, -Q N           --shift N (auto: the next node)\n"
    "  -e                 --fsync end (default); without -e: --fsync never\n"
    "  -Y                 --fsync each\n"
    "  -D SECONDS         --time DURATION\n"
    "  -O stoneWallingWearOut=1  --equalise\n"
    "  -i N               --repeat N\n"
    "  -k                 --keep\n"
    "  -d SECONDS         --pause DURATION\n"
    "  -G N               --seed N\n"
    "  -O lustreStripeCount=N, lustreStripeSize=N  --stripe-count N, --stripe-size N\n"
    "  -O useO_DIRECT=1   --direct require\n"
    "  -B                 --direct require\n"
    "  -p                 --preallocate\n"
    "  -N N               mpirun -n N, or --sweep ranks=N,... of one job\n"
    "  -f FILE            --options-from FILE, with sections\n"
    "  -M N%              --cache drop, or a size above that of the memory\n"
    "  -a API             system calls only: no MPI-IO, no HDF5\n"
    "  -O summaryFormat   --json FILE, --csv FILE\n";

static const char from_fio[] =
    "tidemill help coming-from-fio\n\n"
    "What differs: one run uses all ranks of a cluster, files are written by the run\n"
    "and removed at its end, and every request gets new data. A phase ends when each\n"
    "block was moved once, even before --time, unless --loop is given.\n\n"
    "fio --name=w --rw=write --bs=1m --size=1g --ioengine=io_uring --iodepth=32\n"
    "--direct=1 --end_fsync=1 --directory=/scratch\n\n"
    "  tidemill run --phases write --buffer-size 1MiB --size 1GiB --depth 32 /scratch\n\n"
    "fio --name=r --rw=randread --bs=4k --numjobs=4 --iodepth=16 --size=256m\n"
    "--runtime=60 --ioengine=io_uring --direct=1 --directory=/scratch\n\n"
    "  tidemill run --order random --buffer-size 4KiB --writers 4 --depth 16 \\\n"
    "      --layout writer --size 1GiB --time 60s /scratch\n\n"
    "fio --name=v --rw=write --bs=128k --size=1g --ioengine=psync --direct=1\n"
    "--verify=crc32c --buffer_compress_percentage=50 --rate=100m --directory=/scratch\n\n"
    "  tidemill run --verify --buffer-size 128KiB --size 1GiB --engine pwrite \\\n"
    "      --writers 1 --compress-ratio 2 --rate 100MiB/s /scratch\n\n"
    FOREIGN_TABLE
    "  bs=SIZE            --buffer-size SIZE\n"
    "  rw=randread        --order random; with norandommap: --order random-repeat\n"
    "  size=SIZE          --size SIZE for all jobs together\n"
    "  numjobs=N          --writers N with --layout writer, or N ranks of mpirun\n"
    "  iodepth=N          --depth N\n"
    "  ioengine=io_uring  --engine uring\n"
    "  ioengine=psync     --engine pwrite\n"
    "  ioengine=pvsync    --engine pwritev\n"
    "  direct=1           --direct require; 0: --direct never\n"
    "  end_fsync=1        --fsync end (default)\n"
    "  fsync=1            --fsync each\n"
    "  fallocate=native   --preallocate\n"
    "  runtime=TIME       --time DURATION\n"
    "  time_based         --loop\n"
    "  ramp_time=TIME     --warm-up DURATION\n"
    "  rwmixread=N        --read-fraction N% of phase mixed\n"
    "  rate=SIZE          --rate SIZE/s for each rank\n"
    "  verify=METHOD      --verify\n"
    "  dedupe_percentage  --dedup-ratio R\n"
    "  buffer_compress_percentage  --compress-ratio R\n"
    "  refill_buffers=0   --generate once\n"
    "  fixedbufs          --fixed-buffers require\n"
    "  hipri              --uring-iopoll\n"
    "  sqthread_poll      --uring-sqpoll\n"
    "  randseed=N         --seed N\n"
    "  steadystate        --until-steady\n"
    "  rw=read, write, rw --phases read, write, or write,mixed\n"
    "  directory=A:B      several TARGETs; --spread decides which uses which\n"
    "  filename=/dev/X    TARGET /dev/X with --allow-block-device\n"
    "  nrfiles=N          --files-per-rank N\n"
    "  loops=N            --repeat N\n"
    "  unlink=0           --keep\n"
    "  invalidate=1       --cache drop\n"
    "  uncached=1         --uncached\n"
    "  mem=mmaphuge       --huge-pages require\n"
    "  cpus_allowed, numa_*  --numa force\n"
    "  latency_target     --sweep rate=V1,V2,... shows latency over load\n"
    "  write_bw_log       the result has a timeline; --live FILE while it runs\n"
    "  client, server     mpirun, or launch/hosts.sh\n"
    "  bssplit, thinktime nothing like it\n"
    "  output-format=json  --json FILE\n";

static const char from_elbencho[] =
    "tidemill help coming-from-elbencho\n\n"
    "What differs: MPI starts the processes instead of services, all of them end a\n"
    "phase together, and files are removed at the end.\n\n"
    "elbencho -w -r -t 4 -b 1m -s 1g --direct --iodepth 16 /scratch/file\n\n"
    "  tidemill run --layout shared --size 1GiB --buffer-size 1MiB --writers 4 \\\n"
    "      --depth 16 /scratch\n\n"
    "elbencho -w -r --rand -t 4 -b 4k -s 1g --verify 1 --timelimit 60 /scratch/file\n\n"
    "  tidemill run --layout shared --verify --order random --size 1GiB \\\n"
    "      --buffer-size 4KiB --writers 4 --time 60s /scratch\n\n"
    "elbencho -d -w --stat -r -F -t 4 -n 1 -N 1000 -s 4k /scratch\n\n"
    "  tidemill run --phases create,stat,open,remove --writers 4 \\\n"
    "      --objects-per-rank 4000 --object-size 4KiB /scratch\n\n"
    FOREIGN_TABLE
    "  -t N               --writers N\n"
    "  -b SIZE            --buffer-size SIZE\n"
    "  -s SIZE            --size SIZE, of small files --object-size SIZE\n"
    "  -n, -N             --objects-per-rank N, --fan-out N\n"
    "  --direct           --direct require\n"
    "  --iodepth N        --depth N\n"
    "  --rand             --order random\n"
    "  --verify SALT      --verify with --seed N\n"
    "  --timelimit N      --time DURATION\n"
    "  --hosts LIST       mpirun --host LIST, or launch/hosts.sh\n"
    "  --dropcache        --cache drop\n"
    "  --blockvarpct N    --dedup-ratio R, --compress-ratio R\n"
    "  --limitwrite SIZE  --rate SIZE/s for each rank\n"
    "  --rotatehosts N    --shift N\n"
    "  -w, -r, -d, -F     --phases write, read, create, remove\n"
    "  -i N               --repeat N\n"
    "  --infloop          --loop with --time DURATION\n"
    "  --sync             --fsync end (default)\n"
    "  --rwmixpct N       --read-fraction N% of phase mixed\n"
    "  --strided          --layout shared --interleave SIZE\n"
    "  --preallocfile     --preallocate\n"
    "  --zones            --numa force\n"
    "  --livecsv FILE     --live FILE, as JSON\n"
    "  --mmap, GPUs, S3   nothing like it\n"
    "  --csvfile FILE     --csv FILE\n"
    "  --jsonfile FILE    --json FILE\n";

static const char from_mdtest[] =
    "tidemill help coming-from-mdtest\n\n"
    "What differs: each phase is timed from a common start to the last operation of\n"
    "all ranks, directories are synced in the time of create and remove (--fsync\n"
    "never leaves that out), and operations that fail are counted by their error.\n"
    "Names are as long as those of mdtest, so that directories are as large.\n\n"
    "mdtest -F -u -n 1000 -d /pfs\n\n"
    "  mpirun -n 2 tidemill run --phases create,stat,remove \\\n"
    "      --objects-per-rank 1000 /pfs\n\n"
    "mdtest -F -n 1000 -w 3901 -e 3901 -i 3 -d /pfs, one directory for all\n\n"
    "  mpirun -n 2 tidemill run --phases create,stat,open,remove --shared-directory \\\n"
    "      --objects-per-rank 1000 --object-size 3901 --repeat 3 /pfs\n\n"
    "mdtest -D -u -n 1000 -d /pfs\n\n"
    "  mpirun -n 2 tidemill run --phases create,stat,remove --objects directories \\\n"
    "      --objects-per-rank 1000 /pfs\n\n"
    FOREIGN_TABLE
    "  -n N               --objects-per-rank N\n"
    "  -F                 --objects files (default)\n"
    "  -D                 --objects directories\n"
    "  -C, -T, -E, -r     --phases create,stat,open,remove; lists of names:\n"
    "                     readdir, and find as in IO500\n"
    "  -w BYTES           --object-size SIZE\n"
    "  -u                 default; without -u: --shared-directory\n"
    "  -e BYTES           phase open reads all of --object-size\n"
    "  -I N               --fan-out N\n"
    "  -z N               --tree-depth N\n"
    "  -b N               16, fixed\n"
    "  -L                 always: only the last level has objects\n"
    "  -R                 nothing like it: objects are visited in order\n"
    "  -N N               --shift N\n"
    "  -y                 --fsync each\n"
    "  -X                 phase open checks every byte\n"
    "  -Y                 --fsync end (default)\n"
    "  -p SECONDS         --pause DURATION\n"
    "  -i N               --repeat N\n"
    "  -W SECONDS         --time DURATION --equalise\n";
/* clang-format on */

static const struct topic {
    const char *name;
    const char *what;
    const char *page;
} topics[] = {
    {"targets", "what a TARGET may be", targets},
    {"modes", "engine, page cache and sync", modes},
    {"result", "the result file, and what reads it", result},
    {"coming-from-ior", "the command lines of IOR", from_ior},
    {"coming-from-fio", "the command lines of fio", from_fio},
    {"coming-from-elbencho", "the command lines of elbencho", from_elbencho},
    {"coming-from-mdtest", "the command lines of mdtest", from_mdtest},
};

enum { TOPIC_COUNT = sizeof topics / sizeof *topics };

void help_topics(struct text *out)
{
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        text_add(out, "  tidemill help %-20s %s\n", topics[i].name, topics[i].what);
}

const char *help_topic(const char *name)
{
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (strcmp(topics[i].name, name) == 0)
            return topics[i].page;
    return NULL;
}

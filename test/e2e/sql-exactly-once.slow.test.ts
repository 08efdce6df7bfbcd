import { millraceInOneProcess, millraceInTwoProcesses } from './sql-exactly-once/deployment.ts';
import { describeSqlExactlyOnce, killRun } from './sql-exactly-once/kills.case.ts';

describeSqlExactlyOnce('beside a broker of ours', millraceInTwoProcesses, killRun);
describeSqlExactlyOnce('in one process with the broker', millraceInOneProcess, killRun);

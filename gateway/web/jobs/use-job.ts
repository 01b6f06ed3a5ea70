/** A job as it goes on: server-sent events, which the browser takes up again by itself after a break. */
import { useEffect, useState } from 'preact/hooks';
import { useFetched, type Fetched } from '../fetched.js';
import { isMoving, type JobView } from './types.js';

export interface LiveJob {
  readonly job: JobView | undefined;
  readonly problem: Fetched<JobView>['problem'];
  /** The stream has broken off. */
  readonly lost: boolean;
  readonly reload: () => void;
}

export function useJob(id: string): LiveJob {
  const path = `/api/jobs/${encodeURIComponent(id)}`;
  const { value, problem, reload } = useFetched<JobView>(path);
  const [live, setLive] = useState<JobView>();
  const [lost, setLost] = useState(false);
  // A new answer of the interface is newer than the last event of an older stream.
  useEffect(() => setLive(undefined), [value]);
  const moving = value !== undefined && isMoving(value);
  useEffect(() => {
    if (!moving) return undefined;
    const source = new EventSource(`${path}/events`);
    source.addEventListener('job', (event: MessageEvent<string>) => {
      const job = JSON.parse(event.data) as JobView;
      setLost(false);
      setLive(job);
      if (!isMoving(job)) source.close();
    });
    source.addEventListener('error', () => {
      setLost(true);
      // Refused, not broken: the interface says why.
      if (source.readyState === EventSource.CLOSED) reload();
    });
    return () => source.close();
  }, [path, moving, value]);
  return { job: live ?? value, problem, lost, reload };
}

"""Jobs of the site itself: work whose worker was killed is done again (procrastinate leaves it `doing` for ever)."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

_SILENT_SECONDS = 30


@app.periodic(cron="* * * * * */10")
@app.task(queue="rescue", queueing_lock="rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - a periodic task is told its time
    """Start again each job whose worker has been silent for 30 s; every 10 s."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=_SILENT_SECONDS):
        await jobs.retry_job(job)

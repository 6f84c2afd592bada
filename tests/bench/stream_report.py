def line(r):
    t=lambda x: f"{x.rate:.0f}/s p50 {x.p50:.0f} p99 {x.p99:.0f} worst {x.worst:.0f} missing {x.missing}"
    return f"{r.system} {r.streams}: open {r.open_seconds:.1f}s {r.opening} mem {r.memory:.0f} ({r.stream_kb:.0f} KB each) idle {r.idle} conns {r.connections} | some {t(r.some)} | all {t(r.all)} {r.telling}"

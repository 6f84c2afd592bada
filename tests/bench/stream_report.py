def line(r):
    t=lambda x: f"{x.rate:.0f}/s p50 {x.p50:.0f} p99 {x.p99:.0f} worst {x.worst:.0f} missing {x.missing}"
    return f"{r.system} {r.streams}: open {r.open_seconds:.1f}s mem {r.memory:.0f} ({r.stream_kb:.0f} KB each) idle cpu {r.idle_processor:.1f} ms/s stmts {r.idle_statements:.1f}/s conns {r.connections} | some {t(r.some)} | all {t(r.all)} cpu/msg {r.all_processor:.2f}"

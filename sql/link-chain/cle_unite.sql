-- Units, for the kernel that makes their codes canonical. Grain: force × code.
SELECT no, force, code_unite FROM {t}.unite

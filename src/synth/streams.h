/* Purposes of random numbers: one stream each, so that a new draw in one never moves another. */
#ifndef MLN_SYNTH_STREAMS_H
#define MLN_SYNTH_STREAMS_H

enum mln_synth_stream {
    STREAM_UNITS = 1, /* record: unit */
    STREAM_CHAIN,     /* procedure: does it follow the one before */
    STREAM_GROUP,     /* first procedure of a group: place, couple */
    STREAM_CORE,      /* procedure: dates, route */
    STREAM_PERSON,    /* person */
    STREAM_CASE,      /* procedure: persons present, offences */
    STREAM_VERDICT,   /* procedure × author */
    STREAM_AFFAIRE,   /* affaire */
    STREAM_KEYS,      /* affaire: ties to the procès-verbal */
    STREAM_NOISE_INTERIOR,
    STREAM_NOISE_JUSTICE,
    STREAM_NUMBER_PV,
    STREAM_NUMBER_PARQUET,
    STREAM_ORDER_INTERIOR,
    STREAM_ORDER_JUSTICE,
    STREAM_BAD,
    STREAM_QUALIFY, /* procedure × offence: its codes at Justice */
};

#endif

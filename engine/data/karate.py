"""Zachary's karate club, written down: "An information flow model for conflict and fission in small
groups", Journal of Anthropological Research 33, 1977, figure 1.
"""

_FRIENDS_OF = (
    (0, (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31)),
    (1, (2, 3, 7, 13, 17, 19, 21, 30)),
    (2, (3, 7, 8, 9, 13, 27, 28, 32)),
    (3, (7, 12, 13)),
    (4, (6, 10)),
    (5, (6, 10, 16)),
    (6, (16,)),
    (8, (30, 32, 33)),
    (9, (33,)),
    (13, (33,)),
    (14, (32, 33)),
    (15, (32, 33)),
    (18, (32, 33)),
    (19, (33,)),
    (20, (32, 33)),
    (22, (32, 33)),
    (23, (25, 27, 29, 32, 33)),
    (24, (25, 27, 31)),
    (25, (31,)),
    (26, (29, 33)),
    (27, (33,)),
    (28, (31, 33)),
    (29, (32, 33)),
    (30, (32, 33)),
    (31, (32, 33)),
    (32, (33,)),
)
"""members by number, and their friends of higher number"""

FRIENDS = tuple((member, friend) for member, friends in _FRIENDS_OF for friend in friends)
"""78 pairs of members, who count from 0"""

# The division of the highest modularity there is (Brandes et al., 2008), 0.4198, which Kipf and
# Welling, 2017, appendix A, learn too.
COMMUNITIES = (
    *(1, 1, 1, 1, 3, 3, 3, 1, 0, 0, 3, 1, 1, 1, 0, 0, 3),
    *(1, 0, 1, 0, 1, 0, 2, 2, 2, 0, 2, 2, 0, 0, 2, 0, 0),
)
"""the community of each member"""

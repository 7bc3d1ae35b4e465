"""How the model is made: data, training, measuring, and the artefact that comes out.

Only this room imports TensorFlow, and only inside functions, so that the commands which do not
need it (`flask model score`, `flask model evaluate`) run in the serving environment.
"""

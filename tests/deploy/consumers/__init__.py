"""Who asks a gate, each by the rule of its own source, applied to the very files under deploy/gates.

Their controllers are not run: no Argo, Flagger, Spinnaker or kubelet is here. What stands in for each is a module that
reads the fields of the shipped file and does with an answer what the source named at its top does.
"""

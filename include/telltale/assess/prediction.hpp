#pragma once
// Prediction: whether a caller that gets in today still gets in once the server is flipped to
// `need`. Pure; docs/prediction.md tells the same to people.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>

#include "telltale/assess/assessment.hpp"
#include "telltale/assess/credentials.hpp"
#include "telltale/assess/selection.hpp"
#include "telltale/fleet/fleet.hpp"

namespace telltale::assess {

/// About the flip of one server to `need`, with nothing else changed. From better to worse; the
/// worst of an edge's addresses is the edge's.
enum class Verdict {
  survives,  ///< works today, works after
  unknown,   ///< cannot be told; never taken for good
  breaks,    ///< works today, fails after
  broken,    ///< fails today already
};
BOOST_DESCRIBE_ENUM(Verdict, survives, unknown, breaks, broken)

/// What a caller holds, for one edge.
struct Holding {
  fleet::Evidence evidence = fleet::Evidence::none;
  /// It has no certificate, and that is known; else with `none` nothing is known of it.
  bool is_known_to_be_nothing = false;
  std::vector<HeldKeyFacts> keys;  ///< in the order of the store
  std::string origin;  ///< for sentences: `orca's identity`, `what 10.0.0.7:8083 presents`
};

/// One edge at one address of a callee that has `mesh`, about the flip of its sidecar from
/// PERMISSIVE to STRICT with nothing else changed.
struct StrictAssessment {
  Verdict verdict = Verdict::unknown;
  Reason reason = Reason::unknown;
  std::string detail;
  std::string hint;
  bool rehearsed = false;  ///< the sidecar itself accepted the caller's own certificate

  friend bool operator==(const StrictAssessment&, const StrictAssessment&) = default;
};

/// One edge at one address of the callee.
struct EdgeAssessment {
  fleet::Endpoint address;  ///< of the callee; port 0: the callee has no address
  fleet::Evidence evidence = fleet::Evidence::none;
  std::optional<bool> presents;  ///< a certificate leaves; nothing: not known, or nobody asks
  bool rehearsed = false;        ///< its own key was presented here, exactly as the caller would
  Verdict verdict = Verdict::unknown;
  Reason reason = Reason::unknown;
  std::string detail;  ///< one or two sentences for people
  std::string hint;    ///< what to do
  /// Of what it presents: the certificate that ends first.
  std::optional<CertificateEnd> first_to_end;
  std::optional<StrictAssessment> strict;  ///< nothing where the callee has no `mesh`

  friend bool operator==(const EdgeAssessment&, const EdgeAssessment&) = default;
};

/// What the caller of `edge` holds by configuration. `identity` is the one that the edge names;
/// null: it names none, and then it holds nothing, or its endpoint shows what.
[[nodiscard]] Holding holding_of(const fleet::Edge& edge, const IdentityFacts* identity);

/// What a caller holds as far as its endpoints show it: one for each distinct chain, and an unknown
/// one for each endpoint that showed none. Empty: none was looked at yet.
[[nodiscard]] std::vector<Holding> observed_holdings(
    const fleet::Edge& edge, std::span<const AddressAssessmentPtr> endpoints);

/// Judges an edge at one address of its callee whose flip to `need` is `about_need`. A caller in
/// the mesh survives: its sidecar presents its certificate for it. One outside survives only if it
/// was rehearsed and a sidecar that verifies accepted what it presents. Nothing where the callee
/// has no `mesh`; unknown where what stands in front of it is.
[[nodiscard]] std::optional<StrictAssessment> predict_strict(const fleet::Edge& edge,
                                                             const fleet::Target& callee,
                                                             const AddressAssessment& at,
                                                             const EdgeAssessment& about_need);

/// Judges an edge at one address of its callee. Of several holdings (replicas of the caller that
/// present different chains) the worst counts; of none it is not known what the caller holds.
[[nodiscard]] EdgeAssessment predict(const fleet::Edge& edge, const fleet::Target& callee,
                                     const AddressAssessment& at, std::span<const Holding> holdings,
                                     CivilTime now);

}  // namespace telltale::assess

//! Hashes of every dialect, held against numbers from an independent implementation: XXH64, FNV-64a and CBOR written anew in Python from their
//! specifications, and the chains as the routers' sources at the versions named in [`HashDialect`] describe them.

use super::{BlockHashes, HashDialect, HashOptions, PrefixHasher, Prompt, Scope};

/// 45 bytes: two blocks of 16, a partial one of 13.
const TEXT: &str = "The quick brown fox jumps over the lazy dog.!";
/// Every length that CBOR has for a token.
const TOKENS: [u32; 9] = [0, 23, 24, 255, 256, 65_535, 65_536, u32::MAX, 7];

fn hasher(dialect: HashDialect, block_tokens: u32) -> PrefixHasher {
    PrefixHasher::try_new(&HashOptions::default().dialect(dialect).block_tokens(block_tokens).seed("42"))
        .unwrap()
}

fn hashed(dialect: HashDialect, block_tokens: u32, scope: Scope<'_>, prompt: Prompt<'_>) -> Vec<u64> {
    let mut out = BlockHashes::new();
    hasher(dialect, block_tokens).hash(&scope, prompt, &mut out);
    out.as_slice().to_vec()
}

fn text(dialect: HashDialect, text: &str) -> Vec<u64> {
    hashed(dialect, 4, Scope::new("llama").salt("salt"), Prompt::Text(text.as_bytes()))
}

#[test]
fn llm_d_hashes_padded_tokens_and_the_partial_block() {
    let expected = [0x51C7_C832_5A07_6BF7, 0x91F4_E7B2_817F_3295, 0x865F_112D_568E_5EC1];
    assert_eq!(text(HashDialect::LlmD, TEXT), expected);
    let expected = [0x08A5_9E06_4B8E_7A97, 0x879C_66F7_6C3D_B380, 0xEFD4_BE9B_8F4D_A6CD];
    assert_eq!(hashed(HashDialect::LlmD, 4, Scope::new("llama"), Prompt::Tokens(&TOKENS)), expected);
}

#[test]
fn llm_d_of_may_hashes_bytes_and_nothing_of_a_short_input() {
    let expected = [0xD7BA_BEAA_9E30_B8E3, 0x2136_CC6A_CECF_09F0, 0x1581_DDC3_B6F0_D729];
    assert_eq!(text(HashDialect::LlmDBytes, TEXT), expected);
    assert_eq!(text(HashDialect::LlmDBytes, "15 bytes, 1 few"), [0_u64; 0]);
}

#[test]
fn gie_v1_1_hashes_full_blocks_only() {
    assert_eq!(text(HashDialect::GieV11, TEXT), [0xD7BA_BEAA_9E30_B8E3, 0x2136_CC6A_CECF_09F0]);
}

#[test]
fn gie_before_v1_1_hashes_what_go_wrote_into_the_prompt() {
    let twice = format!("{TEXT}{TEXT}");
    let of = |dialect| hashed(dialect, 4, Scope::new("llama"), Prompt::Text(twice.as_bytes()));
    let expected = [
        0x337F_A8D9_FFDD_29A0,
        0xCF89_9D05_1E74_F041,
        0x106C_F1B8_4579_2FA6,
        0x1E35_4460_08F9_5513,
        0xA1B3_9AB6_EBF2_9778,
    ];
    assert_eq!(of(HashDialect::GieV10), expected);
    let expected = [
        0xDCB6_3EAB_B0E1_361A,
        0x3102_86E9_E674_15BB,
        0x1B11_017F_3DE0_3669,
        0x8F82_06A9_FB3A_4AC4,
        0x4D63_4B10_1D97_C835,
        0x4528_4324_D5F2_C1E7,
    ];
    assert_eq!(of(HashDialect::GieV05), expected);
}

#[test]
fn aibrix_hashes_four_bytes_under_its_seed_without_the_model() {
    let expected =
        [0x1C04_524F_7E45_B685, 0xC0C7_F431_2297_E56E, 0x7EE8_23DB_F211_C845, 0x0D83_0864_E7BA_CD90];
    for model in ["", "llama"] {
        let prompt = Prompt::Text(&TEXT.as_bytes()[..17]);
        assert_eq!(hashed(HashDialect::Aibrix, 1, Scope::new(model), prompt), expected);
    }
}

#[test]
fn precise_dialects_hash_full_blocks_of_tokens() {
    let scope = Scope::new("llama").salt("salt");
    let expected = [0xB5AC_C339_0B83_2B6C, 0x323F_589C_01F7_E813];
    assert_eq!(hashed(HashDialect::CborFnv, 4, scope, Prompt::Tokens(&TOKENS)), expected);
    let expected = [0xDCEE_AE2C_A93B_FC60, 0x7B48_3A11_C36D_4746];
    assert_eq!(hashed(HashDialect::LlmDXxh64, 4, scope, Prompt::Tokens(&TOKENS)), expected);
}

#[test]
fn hashes_of_our_own_dialect_are_pinned() {
    let hasher = PrefixHasher::try_new(&HashOptions::default().key(0x0123_4567_89AB_CDEF_0011)).unwrap();
    let mut out = BlockHashes::new();
    hasher.hash(&Scope::new("llama").tenant("acme"), Prompt::Text(TEXT.repeat(4).as_bytes()), &mut out);
    assert_eq!(out.as_slice(), PINNED);
}

const PINNED: [u64; 2] = [0xA770_E431_54A5_5AEB, 0x3AA1_C06D_B6D3_1F8A];

#[test]
fn whatever_is_in_the_scope_keeps_prompts_apart_in_every_dialect() {
    let scopes = [
        Scope::new("a"),
        Scope::new("b"),
        Scope::new("a").adapter("b"),
        Scope::new("a").tenant("b"),
        Scope::new("a").salt("b"),
        Scope::new("a").adapter("bc"),
        Scope::new("a").adapter("b").tenant("c"),
        Scope::new("a").adapter("b").salt("c"),
        Scope::new("a").tenant("bc"),
        Scope::new("a").tenant("b").salt("c"),
    ];
    for dialect in HashDialect::ALL {
        let mut seen = std::collections::BTreeMap::new();
        for scope in scopes {
            // AIBrix keeps a table for each model, and says nothing of it in the hash.
            if *dialect == HashDialect::Aibrix && scope == Scope::new("b") {
                continue;
            }
            // v0.5 begins with a hash of the model alone.
            let hashes = hashed(*dialect, 4, scope, Prompt::Text(TEXT.as_bytes()));
            let last = *hashes.last().unwrap();
            assert_eq!(seen.insert(last, scope), None, "{dialect:?}: {scope:?}");
        }
    }
    // Fields do not run into each other.
    let of = |scope| hashed(HashDialect::Inferroute, 4, scope, Prompt::Text(TEXT.as_bytes()));
    assert_ne!(of(Scope::new("ab").adapter("c")), of(Scope::new("a").adapter("bc")));
}

#[test]
fn a_text_hashes_alike_however_it_is_cut() {
    let whole = TEXT.repeat(40);
    for dialect in HashDialect::ALL {
        for block_tokens in [1, 3, 4, 16, 20, 100] {
            let hasher = hasher(*dialect, block_tokens);
            let scope = Scope::new("m").salt("s");
            let expected = hashed(*dialect, block_tokens, scope, Prompt::Text(whole.as_bytes()));
            for piece in [1, 7, 64, 333] {
                let mut out = BlockHashes::new();
                let mut text = hasher.text(&scope, &mut out);
                whole.as_bytes().chunks(piece).for_each(|piece| text.push(piece));
                text.finish();
                assert_eq!(
                    out.as_slice(),
                    expected,
                    "{dialect:?}, blocks of {block_tokens}, pieces of {piece}"
                );
            }
        }
    }
}

#[test]
fn tokens_hash_as_their_bytes_where_text_and_tokens_are_one() {
    let tokens: Vec<u32> = (0..1000_u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
    let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.to_le_bytes()).collect();
    for dialect in HashDialect::ALL {
        for block_tokens in [1, 3, 16, 20, 100] {
            let of = |prompt| hashed(*dialect, block_tokens, Scope::new("m"), prompt);
            let (text, tokens) = (of(Prompt::Text(&bytes)), of(Prompt::Tokens(&tokens)));
            assert_eq!(text == tokens, *dialect != HashDialect::Inferroute, "{dialect:?}, {block_tokens}");
            assert_eq!(text.len(), tokens.len());
        }
    }
}

#[test]
fn nothing_is_hashed_behind_the_cap() {
    for dialect in HashDialect::ALL {
        let options = HashOptions::default().dialect(*dialect).block_tokens(4).max_blocks(3);
        let hasher = PrefixHasher::try_new(&options).unwrap();
        let mut out = BlockHashes::new();
        let expected = if *dialect == HashDialect::GieV05 { 4 } else { 3 };
        for prompt in [Prompt::Text(&[7; 1000]), Prompt::Tokens(&[7; 1000])] {
            hasher.hash(&Scope::default(), prompt, &mut out);
            assert_eq!(out.as_slice().len(), expected, "{dialect:?}");
        }
        hasher.hash(&Scope::default(), Prompt::Blocks(&[0, 1, 2, 3]), &mut out);
        assert_eq!(out.as_slice(), [1, 1, 2]);
    }
}

#[test]
fn keys_and_single_bits_change_every_hash() {
    let tokens: Vec<u32> = (0..64).collect();
    let of = |key, tokens: &[u32]| {
        let hasher = PrefixHasher::try_new(&HashOptions::default().key(key)).unwrap();
        let mut out = BlockHashes::new();
        hasher.hash(&Scope::new("m"), Prompt::Tokens(tokens), &mut out);
        out.as_slice().to_vec()
    };
    let plain = of(0, &tokens);
    let mut distances = 0;
    for bit in 0..128 {
        let keyed = of(1 << bit, &tokens);
        assert!(plain.iter().zip(&keyed).all(|(a, b)| a != b), "bit {bit} of the key");
    }
    for bit in 0..512 {
        let mut flipped = tokens.clone();
        flipped[bit / 32] ^= 1 << (bit % 32);
        let other = of(0, &flipped);
        for (a, b) in plain.iter().zip(&other) {
            let distance = (a ^ b).count_ones();
            assert!((8..=56).contains(&distance), "bit {bit} of a token changes {distance} bits");
            distances += distance;
        }
    }
    let mean = f64::from(distances) / (512.0 * 4.0);
    assert!((31.5..32.5).contains(&mean), "{mean} bits of 64 change on average");
}

#[test]
fn options_out_of_range_are_refused() {
    use super::PrefixError as E;
    let refused = |options: HashOptions| PrefixHasher::try_new(&options).unwrap_err();
    assert_eq!(refused(HashOptions::default().block_tokens(0)), E::BlockTokens(0));
    assert_eq!(refused(HashOptions::default().block_tokens(4097)), E::BlockTokens(4097));
    assert_eq!(refused(HashOptions::default().max_blocks(0)), E::MaxBlocks(0));
    assert_eq!(refused(HashOptions::default().dialect(HashDialect::Aibrix).seed("x")), E::Seed);
    for dialect in HashDialect::ALL {
        assert_eq!(HashDialect::from_name(dialect.as_str()), Some(*dialect));
    }
}

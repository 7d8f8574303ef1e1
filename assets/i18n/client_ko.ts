<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>Away</name>
    <message>
        <source>Missed while you were away: {count}</source>
        <translation>자리를 비운 동안 부재중 전화 {count}건</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>PacketWave test</source>
        <translation>PacketWave 시험</translation>
    </message>
</context>
<context>
    <name>More</name>
    <message>
        <source>{count} more</source>
        <translation>그 외 {count}건</translation>
    </message>
    <message>
        <source>Close ended calls</source>
        <translation>끝난 전화 닫기</translation>
    </message>
    <message>
        <source>Close all</source>
        <translation>모두 닫기</translation>
    </message>
</context>
<context>
    <name>PairingPanel</name>
    <message>
        <source>Pair anew</source>
        <translation>새로 짝 맺기</translation>
    </message>
    <message>
        <source>Pair this PC</source>
        <translation>짝 맺기</translation>
    </message>
    <message>
        <source>They are the same</source>
        <translation>숫자가 같습니다</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>Popup</name>
    <message>
        <source>Copy number</source>
        <translation>번호 복사</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Incoming call</source>
        <translation>전화 수신</translation>
    </message>
    <message>
        <source>Incoming call · no connection to the server</source>
        <translation>전화 수신 · 서버와 연결이 끊김</translation>
    </message>
    <message>
        <source>Answered elsewhere</source>
        <translation>다른 자리에서 받음</translation>
    </message>
    <message>
        <source>Missed call</source>
        <translation>부재중 전화</translation>
    </message>
    <message>
        <source>You have a missed call</source>
        <translation>받지 못한 전화가 있습니다</translation>
    </message>
    <message>
        <source>{caller} is calling!</source>
        <translation>{caller} 에게서 전화가 왔습니다!</translation>
    </message>
    <message>
        <source>closes in {seconds}</source>
        <translation>{seconds} 뒤 사라집니다</translation>
    </message>
    <message>
        <source>rang for {seconds}</source>
        <translation>{seconds} 울림</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>복사됨</translation>
    </message>
</context>
<context>
    <name>StateWindow</name>
    <message>
        <source>Try now</source>
        <translation>지금 연결</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>연결</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>화면 모드</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>시스템 설정에 따름</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Test popup</source>
        <translation>시험 알림</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>끝내기</translation>
    </message>
    <message>
        <source>This cannot be an address. It should look like 192.168.0.10 or office-pc.</source>
        <translation>주소로 쓸 수 없습니다. 192.168.0.10 또는 office-pc 처럼 입력하세요.</translation>
    </message>
    <message>
        <source>Extension</source>
        <translation>내선</translation>
    </message>
    <message>
        <source>As installed ({language})</source>
        <translation>설치할 때 정한 대로 ({language})</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Missed calls: {count}</source>
        <translation>부재중 전화 {count}건</translation>
    </message>
    <message>
        <source>Open PacketWave…</source>
        <translation>PacketWave 열기…</translation>
    </message>
    <message>
        <source>Show a test popup</source>
        <translation>시험 알림 보기</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>끝내기</translation>
    </message>
</context>
<context>
    <name>faults</name>
    <message>
        <source>PacketWave is running already, but does not answer.</source>
        <translation>PacketWave가 이미 실행 중이지만 응답하지 않습니다.</translation>
    </message>
    <message>
        <source>Sign out of Windows and in again. That ends it, and starts it afresh.</source>
        <translation>Windows에서 로그아웃한 뒤 다시 로그인하세요. 그러면 새로 시작됩니다.</translation>
    </message>
    <message>
        <source>PacketWave has ended because of an error of its own.</source>
        <translation>PacketWave가 자체 오류로 종료되었습니다.</translation>
    </message>
    <message>
        <source>Start it again. If this comes back, pass this file on to who looks after your PCs:</source>
        <translation>다시 시작해 보세요. 같은 일이 되풀이되면 PC를 관리하는 분에게 다음 파일을 전해 주세요.</translation>
    </message>
</context>
<context>
    <name>pairing</name>
    <message>
        <source>This PC&apos;s pairing is for another server.</source>
        <translation>이 PC는 다른 서버와 짝을 맺었습니다.</translation>
    </message>
    <message>
        <source>If the server was replaced, pair anew and compare the digits with its manager. Until then this PC keeps what it has.</source>
        <translation>서버를 바꾼 것이 맞으면 새로 짝을 맺고 관리자와 숫자를 비교하세요. 그때까지는 지금의 짝이 그대로 남습니다.</translation>
    </message>
    <message>
        <source>This PC is not paired with the server.</source>
        <translation>아직 서버와 짝을 맺지 않았습니다.</translation>
    </message>
    <message>
        <source>The server is being asked…</source>
        <translation>서버에 요청하는 중…</translation>
    </message>
    <message>
        <source>Does the server&apos;s manager see the same digits?</source>
        <translation>서버 관리자 화면의 숫자와 같습니까?</translation>
    </message>
    <message>
        <source>Waiting for the manager to approve…</source>
        <translation>관리자의 승인을 기다리는 중…</translation>
    </message>
    <message>
        <source>The manager has five minutes.</source>
        <translation>5분 안에 승인해야 합니다.</translation>
    </message>
    <message>
        <source>This PC is being enrolled…</source>
        <translation>이 PC를 등록하는 중…</translation>
    </message>
    <message>
        <source>This PC is paired with the server.</source>
        <translation>서버와 짝을 맺은 PC입니다.</translation>
    </message>
    <message>
        <source>This PC&apos;s pairing was ended.</source>
        <translation>이 PC의 짝이 풀렸습니다.</translation>
    </message>
    <message>
        <source>Digits: {digits}</source>
        <translation>숫자: {digits}</translation>
    </message>
    <message>
        <source>What was kept of its pairing was damaged. It has to be paired again.</source>
        <translation>보관된 짝 정보가 손상되었습니다. 다시 짝을 맺어야 합니다.</translation>
    </message>
    <message>
        <source>Its pairing was made by another account or on another PC. It has to be paired again.</source>
        <translation>다른 계정이나 다른 PC에서 맺은 짝입니다. 다시 짝을 맺어야 합니다.</translation>
    </message>
    <message>
        <source>Calls are shown all the same. Pairing makes sure that they come from your server and reach only you.</source>
        <translation>전화 알림은 지금도 표시됩니다. 짝을 맺으면 우리 서버가 보낸 알림만, 나에게만 옵니다.</translation>
    </message>
    <message>
        <source>This holds until PacketWave ends: it could not be saved.</source>
        <translation>저장하지 못해 PacketWave를 끝낼 때까지만 유지됩니다.</translation>
    </message>
    <message>
        <source>Calls come from your server alone, and nobody can read along.</source>
        <translation>우리 서버가 보낸 알림만 표시하며, 아무도 엿볼 수 없습니다.</translation>
    </message>
    <message>
        <source>Ask the server&apos;s manager, or pair it anew.</source>
        <translation>서버 관리자에게 묻거나 새로 짝을 맺으세요.</translation>
    </message>
    <message>
        <source>The server&apos;s manager refused.</source>
        <translation>서버 관리자가 거절했습니다.</translation>
    </message>
    <message>
        <source>Nobody approved in time. Try again when the manager is at the server.</source>
        <translation>제때 승인되지 않았습니다. 관리자가 서버 앞에 있을 때 다시 시도하세요.</translation>
    </message>
    <message>
        <source>Too many PCs are asking. Try again in ten minutes.</source>
        <translation>요청한 PC가 너무 많습니다. 10분 뒤에 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The connection broke meanwhile. Try again.</source>
        <translation>도중에 연결이 끊겼습니다. 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The server does not know whose PC this is. Its manager has to add it to the members first.</source>
        <translation>누구의 PC인지 서버가 모릅니다. 관리자가 먼저 구성원에 추가해야 합니다.</translation>
    </message>
    <message>
        <source>The enrolment key that was set for this PC is no longer valid. Pair it by hand, or tell the person who looks after your PCs.</source>
        <translation>이 PC에 설정된 등록 키의 기한이 지났습니다. 직접 짝을 맺거나 PC 담당자에게 알려 주세요.</translation>
    </message>
    <message>
        <source>The server did not prove that it has this PC&apos;s enrolment key.</source>
        <translation>서버가 이 PC의 등록 키를 갖고 있음을 증명하지 못했습니다.</translation>
    </message>
    <message>
        <source>The server did not accept it. Try again.</source>
        <translation>서버가 받아들이지 않았습니다. 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The server&apos;s encrypted port (8766) cannot be reached: it is off, or a firewall is in the way.</source>
        <translation>서버의 암호화 포트(8766)에 연결할 수 없습니다. 꺼져 있거나 방화벽에 막혔습니다.</translation>
    </message>
    <message>
        <source>They stand in the server&apos;s window. If they differ, somebody is in between: cancel, and tell the manager.</source>
        <translation>서버 창에 같은 숫자가 보여야 합니다. 다르면 중간에 누가 끼어든 것이니, 취소하고 관리자에게 알려 주세요.</translation>
    </message>
    <message>
        <source>The server&apos;s certificate was set when PacketWave was installed.</source>
        <translation>설치할 때 정해진 서버 인증서입니다.</translation>
    </message>
    <message>
        <source>The server&apos;s certificate is set by your organisation&apos;s policy.</source>
        <translation>조직의 정책으로 정해진 서버 인증서입니다.</translation>
    </message>
    <message>
        <source>The server&apos;s fingerprint that was set for this PC cannot be used.</source>
        <translation>이 PC에 설정된 서버 지문을 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>The enrolment key that was set for this PC cannot be used.</source>
        <translation>이 PC에 설정된 등록 키를 쓸 수 없습니다.</translation>
    </message>
</context>
<context>
    <name>words</name>
    <message>
        <source>Connected</source>
        <translation>연결됨</translation>
    </message>
    <message>
        <source>Calls to your phone are shown here.</source>
        <translation>내 전화로 오는 전화를 알려 드립니다.</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>연결하는 중…</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>No server is set yet.</source>
        <translation>아직 서버가 정해지지 않았습니다.</translation>
    </message>
    <message>
        <source>Type the name or IP address of the PC that runs the PacketWave server.</source>
        <translation>PacketWave 서버가 실행되는 PC의 이름이나 IP 주소를 입력하세요.</translation>
    </message>
    <message>
        <source>This is not a server address: {server}</source>
        <translation>서버 주소가 아닙니다: {server}</translation>
    </message>
    <message>
        <source>There is no PC of this name in the network.</source>
        <translation>네트워크에 이 이름의 PC가 없습니다.</translation>
    </message>
    <message>
        <source>Check the spelling, or type its IP address instead.</source>
        <translation>이름을 확인하거나 IP 주소를 대신 입력하세요.</translation>
    </message>
    <message>
        <source>The PacketWave server is not running there.</source>
        <translation>그 PC에서 PacketWave 서버가 실행되고 있지 않습니다.</translation>
    </message>
    <message>
        <source>Once it is started, this PC connects by itself.</source>
        <translation>서버가 시작되면 자동으로 연결됩니다.</translation>
    </message>
    <message>
        <source>Something else answers at this address.</source>
        <translation>이 주소에서는 다른 프로그램이 응답합니다.</translation>
    </message>
    <message>
        <source>The PacketWave server was stopped.</source>
        <translation>PacketWave 서버가 종료되었습니다.</translation>
    </message>
    <message>
        <source>The server closed the connection (code {code}).</source>
        <translation>서버가 연결을 끊었습니다(코드 {code}).</translation>
    </message>
    <message>
        <source>This PC connects again by itself.</source>
        <translation>자동으로 다시 연결합니다.</translation>
    </message>
    <message>
        <source>The connection to the server broke.</source>
        <translation>서버와 연결이 끊어졌습니다.</translation>
    </message>
    <message>
        <source>The server&apos;s PC cannot be reached.</source>
        <translation>서버 PC에 연결할 수 없습니다.</translation>
    </message>
    <message>
        <source>Check that it is switched on and in the same network.</source>
        <translation>PC가 켜져 있고 같은 네트워크에 있는지 확인하세요.</translation>
    </message>
    <message>
        <source>Number withheld</source>
        <translation>발신번호표시제한</translation>
    </message>
    <message>
        <source>Ext. {extension}</source>
        <translation>내선 {extension}</translation>
    </message>
    <message>
        <source>Main number {number}</source>
        <translation>대표번호 {number}</translation>
    </message>
    <message>
        <source>Forwarded by {number}</source>
        <translation>{number}에서 돌려줌</translation>
    </message>
    <message>
        <source>Somebody else answered</source>
        <translation>다른 사람이 받았습니다</translation>
    </message>
    <message>
        <source>Answered by {who}</source>
        <translation>{who} 님이 받았습니다</translation>
    </message>
    <message>
        <source>Answered at {number}</source>
        <translation>{number}에서 받았습니다</translation>
    </message>
    <message>
        <source>{count} s</source>
        <translation>{count}초</translation>
    </message>
    <message>
        <source>The address set by the installation is not an address: &apos;{server}&apos;</source>
        <translation>설치할 때 정해진 주소가 서버 주소가 아닙니다: &apos;{server}&apos;</translation>
    </message>
    <message>
        <source>Type the right one, such as 192.168.0.10, or ask the person who installed PacketWave.</source>
        <translation>192.168.0.10처럼 올바른 주소를 입력하거나, PacketWave를 설치한 분에게 문의하세요.</translation>
    </message>
    <message>
        <source>The address set by your organisation is not an address: &apos;{server}&apos;</source>
        <translation>회사 정책으로 정해진 주소가 서버 주소가 아닙니다: &apos;{server}&apos;</translation>
    </message>
    <message>
        <source>Tell the person who looks after your PCs. It should look like 192.168.0.10.</source>
        <translation>PC를 관리하는 분에게 알려 주세요. 192.168.0.10과 같은 모양이어야 합니다.</translation>
    </message>
    <message>
        <source>The address was set when PacketWave was installed.</source>
        <translation>설치할 때 정해진 주소입니다.</translation>
    </message>
    <message>
        <source>The address is set by your organisation&apos;s policy.</source>
        <translation>회사 정책으로 정해진 주소입니다.</translation>
    </message>
    <message>
        <source>Set when PacketWave was installed. The server&apos;s manager decides whether it is yours.</source>
        <translation>설치할 때 정해진 내선입니다. 이 내선의 알림을 받을지는 서버 관리자가 정합니다.</translation>
    </message>
    <message>
        <source>Set by your organisation&apos;s policy. The server&apos;s manager decides whether it is yours.</source>
        <translation>회사 정책으로 정해진 내선입니다. 이 내선의 알림을 받을지는 서버 관리자가 정합니다.</translation>
    </message>
    <message>
        <source>The language is set by your organisation&apos;s policy.</source>
        <translation>회사 정책으로 정해진 언어입니다.</translation>
    </message>
    <message>
        <source>The settings file was damaged. It is kept as settings.json.damaged, and the settings start afresh.</source>
        <translation>설정 파일이 손상되어 settings.json.damaged로 따로 보관하고, 설정을 처음 상태로 되돌렸습니다.</translation>
    </message>
    <message>
        <source>The settings file cannot be read. The settings start afresh.</source>
        <translation>설정 파일을 읽을 수 없어 처음 설정으로 시작했습니다.</translation>
    </message>
    <message>
        <source>Some settings had wrong values and were set back.</source>
        <translation>잘못된 값이 있던 설정을 처음 값으로 되돌렸습니다.</translation>
    </message>
    <message>
        <source>This holds until PacketWave ends: it could not be saved ({reason}).</source>
        <translation>저장할 수 없어 PacketWave를 끝낼 때까지만 적용됩니다. ({reason})</translation>
    </message>
    <message>
        <source>Your organisation set this address. Tell the person who looks after your PCs.</source>
        <translation>회사 정책으로 정해진 주소입니다. PC를 관리하는 분에게 알려 주세요.</translation>
    </message>
    <message>
        <source>The installation set this address. Tell the person who looks after your PCs.</source>
        <translation>설치할 때 정해진 주소입니다. PC를 관리하는 분에게 알려 주세요.</translation>
    </message>
    <message>
        <source>There was an internal error: {error}</source>
        <translation>내부 오류가 있었습니다: {error}</translation>
    </message>
    <message>
        <source>The program at this address does not answer.</source>
        <translation>이 주소의 프로그램이 응답하지 않습니다.</translation>
    </message>
    <message>
        <source>If it stays so: start the server&apos;s PC again, or check the address.</source>
        <translation>계속되면 서버 PC를 다시 시작하거나 주소를 확인하세요.</translation>
    </message>
    <message>
        <source>PacketWave&apos;s folder cannot be written ({reason}). Calls are shown all the same; what is chosen here holds until PacketWave ends.</source>
        <translation>PacketWave 폴더에 쓸 수 없습니다({reason}). 전화는 그대로 알려 드립니다. 여기서 고른 설정은 PacketWave를 끝낼 때까지만 유지됩니다.</translation>
    </message>
    <message>
        <source>It should look like 192.168.0.10 or office-pc.</source>
        <translation>192.168.0.10 또는 office-pc처럼 입력하세요.</translation>
    </message>
    <message>
        <source>Check the address and the port; PacketWave uses the ports 8766 and 8765.</source>
        <translation>주소와 포트를 확인하세요. PacketWave는 8766과 8765 포트를 씁니다.</translation>
    </message>
    <message>
        <source>This is not the server that was set for this PC.</source>
        <translation>이 PC에 지정된 서버가 아닙니다.</translation>
    </message>
    <message>
        <source>Its certificate is another one, so nothing was said to it. Tell the person who looks after your PCs.</source>
        <translation>인증서가 달라 아무것도 보내지 않았습니다. PC 담당자에게 알려 주세요.</translation>
    </message>
    <message>
        <source>This is not the server that this PC is paired with.</source>
        <translation>이 PC와 짝을 맺은 서버가 아닙니다.</translation>
    </message>
    <message>
        <source>Its certificate is another one, so nothing was said to it: the server was replaced, or somebody is in between. Ask the server&apos;s manager before you pair anew.</source>
        <translation>인증서가 달라 아무것도 보내지 않았습니다. 서버를 바꾸었거나 중간에 누가 끼어들었습니다. 새로 짝을 맺기 전에 서버 관리자에게 확인하세요.</translation>
    </message>
    <message>
        <source>The server could not prove that it is the right one.</source>
        <translation>우리 서버임이 증명되지 않았습니다.</translation>
    </message>
    <message>
        <source>It does not have the enrolment key that was set for this PC. Tell the person who looks after your PCs.</source>
        <translation>이 PC에 설정된 등록 키를 모르는 서버입니다. PC 담당자에게 알려 주세요.</translation>
    </message>
</context>
</TS>

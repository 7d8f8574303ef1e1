<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>calls</name>
    <message>
        <source>Time</source>
        <translation>시각</translation>
    </message>
    <message>
        <source>From</source>
        <translation>발신</translation>
    </message>
    <message>
        <source>To</source>
        <translation>수신</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Alert</source>
        <translation>알림</translation>
    </message>
    <message>
        <source>incoming</source>
        <translation>수신</translation>
    </message>
    <message>
        <source>internal</source>
        <translation>내선 간</translation>
    </message>
    <message>
        <source>outgoing</source>
        <translation>발신</translation>
    </message>
    <message>
        <source>Number withheld</source>
        <translation>발신번호표시제한</translation>
    </message>
    <message>
        <source>Dialled: {number}</source>
        <translation>건 번호: {number}</translation>
    </message>
    <message>
        <source>Forwarded by: {number}</source>
        <translation>착신전환한 곳: {number}</translation>
    </message>
    <message>
        <source>Outgoing {length}</source>
        <translation>발신 {length}</translation>
    </message>
    <message>
        <source>Answered {length}</source>
        <translation>응답 {length}</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>응답 없음</translation>
    </message>
    <message>
        <source>Talking {length}</source>
        <translation>통화 중 {length}</translation>
    </message>
    <message>
        <source>Calling {seconds} s</source>
        <translation>거는 중 {seconds}초</translation>
    </message>
    <message>
        <source>Ringing {seconds} s</source>
        <translation>울리는 중 {seconds}초</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>부재중</translation>
    </message>
    <message>
        <source>Was busy</source>
        <translation>통화 중이었음</translation>
    </message>
    <message>
        <source>Declined</source>
        <translation>거절</translation>
    </message>
    <message>
        <source>Taken elsewhere</source>
        <translation>다른 자리에서 받음</translation>
    </message>
    <message>
        <source>Forwarded</source>
        <translation>착신전환</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>방향</translation>
    </message>
    <message>
        <source>Caller&apos;s name</source>
        <translation>발신자 이름</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Dialled</source>
        <translation>건 번호</translation>
    </message>
    <message>
        <source>Taken by</source>
        <translation>받은 곳</translation>
    </message>
    <message>
        <source>Talked (s)</source>
        <translation>통화 시간(초)</translation>
    </message>
    <message>
        <source>Alert (ms)</source>
        <translation>알림(ms)</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>응답</translation>
    </message>
    <message>
        <source>Call log</source>
        <translation>통화 기록</translation>
    </message>
    <message>
        <source>Missed only</source>
        <translation>부재중만</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>최근 7일</translation>
    </message>
    <message>
        <source>All</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>Find by number, name, extension or initial consonants (ㅎㄱㄷ)</source>
        <translation>번호, 이름, 내선, 초성(ㅎㄱㄷ)으로 찾기</translation>
    </message>
    <message>
        <source>Find calls</source>
        <translation>통화 찾기</translation>
    </message>
    <message>
        <source>No call matches</source>
        <translation>찾는 통화가 없습니다</translation>
    </message>
    <message>
        <source>Try fewer letters or a longer period.</source>
        <translation>글자를 줄이거나 기간을 늘려 보세요.</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>모두 보기</translation>
    </message>
    <message>
        <source>No calls yet</source>
        <translation>아직 통화가 없습니다</translation>
    </message>
    <message>
        <source>Calls appear here the moment a phone rings.</source>
        <translation>전화가 울리는 순간 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>Nothing is watched yet</source>
        <translation>아직 감지하고 있지 않습니다</translation>
    </message>
    <message>
        <source>Choose the network interface at the switch&apos;s mirror port.</source>
        <translation>스위치의 미러 포트에 연결된 네트워크 인터페이스를 고르세요.</translation>
    </message>
    <message>
        <source>Choose an interface</source>
        <translation>인터페이스 고르기</translation>
    </message>
    <message>
        <source>Export calls</source>
        <translation>통화 내보내기</translation>
    </message>
    <message>
        <source>Calls by the hour</source>
        <translation>시간대별 통화</translation>
    </message>
    <message>
        <source>{hour}:00, calls: {count}</source>
        <translation>{hour}시 {count}통</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>통화</translation>
    </message>
    <message>
        <source>Talking now</source>
        <translation>통화 중</translation>
    </message>
    <message>
        <source>PC offline</source>
        <translation>PC 연결 안 됨</translation>
    </message>
    <message>
        <source>Caller&apos;s company</source>
        <translation>발신자 회사</translation>
    </message>
    <message>
        <source>It was answered at this phone.</source>
        <translation>이 전화에서 받았습니다.</translation>
    </message>
    <message>
        <source>The caller hung up.</source>
        <translation>발신자가 먼저 끊었습니다.</translation>
    </message>
    <message>
        <source>Another phone of the same call answered.</source>
        <translation>함께 울린 다른 전화에서 받았습니다.</translation>
    </message>
    <message>
        <source>A phone outside that rang as well, such as a mobile, answered.</source>
        <translation>함께 울린 휴대폰 등 외부 전화에서 받았습니다.</translation>
    </message>
    <message>
        <source>A colleague picked it up at another phone.</source>
        <translation>다른 자리에서 당겨 받았습니다.</translation>
    </message>
    <message>
        <source>The PBX says that somebody else answered.</source>
        <translation>교환기에 따르면 다른 사람이 받았습니다.</translation>
    </message>
    <message>
        <source>The phone was busy.</source>
        <translation>통화 중이었습니다.</translation>
    </message>
    <message>
        <source>It was declined at the phone.</source>
        <translation>전화기에서 거절했습니다.</translation>
    </message>
    <message>
        <source>The phone, or the PBX for it, sent the caller elsewhere.</source>
        <translation>전화기나 교환기가 다른 곳으로 돌렸습니다.</translation>
    </message>
    <message>
        <source>The phone refused the call.</source>
        <translation>전화기가 받지 못했습니다.</translation>
    </message>
    <message>
        <source>The phone did not reply. Is it plugged in?</source>
        <translation>전화기가 응답하지 않았습니다. 전원과 랜선이 연결되어 있나요?</translation>
    </message>
    <message>
        <source>The PBX went on to voicemail or to the next phone.</source>
        <translation>교환기가 음성사서함이나 다음 전화로 넘겼습니다.</translation>
    </message>
    <message>
        <source>The PBX stopped ringing while the caller still waited.</source>
        <translation>발신자가 기다리는 동안 교환기가 벨을 멈췄습니다.</translation>
    </message>
    <message>
        <source>The ringing was taken back; the mirror does not show by whom.</source>
        <translation>벨이 멈췄습니다. 누가 멈췄는지는 미러에 보이지 않습니다.</translation>
    </message>
    <message>
        <source>Its end was not seen on the mirror.</source>
        <translation>끝나는 것이 미러에 보이지 않았습니다.</translation>
    </message>
    <message>
        <source>Not arrived</source>
        <translation>도착하지 않음</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>보냄</translation>
    </message>
    <message>
        <source>arrived at the PC</source>
        <translation>PC에 도착</translation>
    </message>
    <message>
        <source>lost: the PC was gone</source>
        <translation>전달 안 됨: PC 연결이 끊김</translation>
    </message>
    <message>
        <source>shown by the client</source>
        <translation>클라이언트가 화면에 표시</translation>
    </message>
    <message>
        <source>Several senders</source>
        <translation>여러 발신지</translation>
    </message>
    <message>
        <source>No extension</source>
        <translation>내선 없음</translation>
    </message>
    <message>
        <source>Flood: {count} calls</source>
        <translation>폭주: 전화 {count}건</translation>
    </message>
    <message>
        <source>More calls than any office makes; nobody was told of them.</source>
        <translation>정상적인 사무실에서 나올 수 없는 양의 전화입니다. 아무에게도 알리지 않았습니다.</translation>
    </message>
</context>
<context>
    <name>capture</name>
    <message>
        <source>Capture interfaces</source>
        <translation>캡처 인터페이스</translation>
    </message>
    <message>
        <source>Start watching</source>
        <translation>감지 시작</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Choose the interface at the switch&apos;s mirror port: it is the one whose SIP counter moves when a phone rings.</source>
        <translation>스위치의 미러 포트에 연결된 인터페이스를 고르세요. 전화가 울릴 때 SIP 수가 올라가는 것이 그 인터페이스입니다.</translation>
    </message>
    <message>
        <source>Frames: {frames} · SIP messages: {messages}</source>
        <translation>프레임 {frames}개 · SIP 메시지 {messages}개</translation>
    </message>
    <message>
        <source>lost by the system: {count}</source>
        <translation>시스템이 놓친 프레임 {count}개</translation>
    </message>
    <message>
        <source>No interface can be seen</source>
        <translation>보이는 인터페이스가 없습니다</translation>
    </message>
    <message>
        <source>Interfaces appear here once the capture driver and the rights are there.</source>
        <translation>캡처 드라이버와 권한이 갖춰지면 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>다시 확인</translation>
    </message>
    <message>
        <source>Interface</source>
        <translation>인터페이스</translation>
    </message>
    <message>
        <source>Addresses</source>
        <translation>주소</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>연결</translation>
    </message>
    <message>
        <source>Packets/s</source>
        <translation>패킷/초</translation>
    </message>
    <message>
        <source>SIP/s</source>
        <translation>SIP/초</translation>
    </message>
    <message>
        <source>Link up</source>
        <translation>연결됨</translation>
    </message>
    <message>
        <source>No link</source>
        <translation>연결 없음</translation>
    </message>
    <message>
        <source>Watched now</source>
        <translation>감지 중</translation>
    </message>
    <message>
        <source>Probably the mirror port</source>
        <translation>미러 포트로 보입니다</translation>
    </message>
    <message>
        <source>Npcap&apos;s page</source>
        <translation>Npcap 홈페이지</translation>
    </message>
    <message>
        <source>Watched, but no link</source>
        <translation>연결 없음 · 감지 안 됨</translation>
    </message>
    <message>
        <source>HEP: a PBX reports its calls, encrypted ones too</source>
        <translation>HEP 수신: 교환기가 알려 주는 통화(암호화된 통화 포함)</translation>
    </message>
    <message>
        <source>TZSP: a switch (MikroTik) sends its mirror</source>
        <translation>TZSP 수신: 스위치(MikroTik)가 보내는 미러</translation>
    </message>
    <message>
        <source>VXLAN: a virtual switch sends its mirror</source>
        <translation>VXLAN 수신: 가상 스위치가 보내는 미러</translation>
    </message>
    <message>
        <source>off</source>
        <translation>꺼짐</translation>
    </message>
    <message>
        <source>cannot be received: {reason}</source>
        <translation>받을 수 없음: {reason}</translation>
    </message>
    <message>
        <source>from senders not confirmed: {count}</source>
        <translation>확인되지 않은 곳에서 온 것 {count}개</translation>
    </message>
    <message>
        <source>lost: {count}</source>
        <translation>유실 {count}개</translation>
    </message>
    <message>
        <source>UDP port</source>
        <translation>UDP 포트</translation>
    </message>
    <message>
        <source>nothing has come yet</source>
        <translation>아직 들어온 것이 없습니다</translation>
    </message>
    <message>
        <source>packets/s: {packets} · SIP/s: {sip}</source>
        <translation>초당 패킷 {packets} · 초당 SIP {sip}</translation>
    </message>
    <message>
        <source>packets so far: {count}</source>
        <translation>지금까지 {count}개</translation>
    </message>
    <message>
        <source>wrong password: {count}</source>
        <translation>비밀번호가 다른 것 {count}개</translation>
    </message>
    <message>
        <source>cannot be used: {count}</source>
        <translation>쓸 수 없는 것 {count}개</translation>
    </message>
    <message>
        <source>For calls that no mirror port shows. Let the UDP port through this PC&apos;s firewall, let the PBX or the switch send to it, then confirm the sender in the diagnosis.</source>
        <translation>미러 포트에 보이지 않는 통화를 받는 곳입니다. 이 PC의 방화벽에서 UDP 포트를 허용하고, 교환기나 스위치가 그 포트로 보내게 한 다음, 진단에서 보내는 쪽을 확인하세요.</translation>
    </message>
    <message>
        <source>another program receives at this port</source>
        <translation>다른 프로그램이 이 포트를 쓰고 있습니다</translation>
    </message>
    <message>
        <source>the system does not allow this port</source>
        <translation>시스템이 이 포트를 허용하지 않습니다</translation>
    </message>
</context>
<context>
    <name>clients</name>
    <message>
        <source>PC connections</source>
        <translation>PC 연결</translation>
    </message>
    <message>
        <source>End the pairing…</source>
        <translation>등록 해제…</translation>
    </message>
    <message>
        <source>No PC is connected</source>
        <translation>연결된 PC가 없습니다</translation>
    </message>
    <message>
        <source>Start PacketWave on a person&apos;s PC. A PC that asks to be paired is shown here with six digits to compare.</source>
        <translation>구성원의 PC에서 PacketWave를 시작하세요. 등록을 요청하는 PC는 비교할 숫자 여섯 자리와 함께 여기에 표시됩니다.</translation>
    </message>
    <message>
        <source>Let PCs connect without encryption</source>
        <translation>암호화하지 않은 연결 허용</translation>
    </message>
    <message>
        <source>That did not work: {reason}</source>
        <translation>완료하지 못했습니다: {reason}</translation>
    </message>
    <message>
        <source>End the pairing</source>
        <translation>등록 해제</translation>
    </message>
    <message>
        <source>End the pairing with {pc}?</source>
        <translation>{pc}의 등록을 해제할까요?</translation>
    </message>
    <message>
        <source>It is told of no call from this moment on, and has to be paired again to be. Its address alone counts as it does for any other PC.</source>
        <translation>지금부터 이 PC에는 통화를 알리지 않으며, 다시 받으려면 다시 등록해야 합니다. 주소는 다른 PC와 똑같이 취급됩니다.</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>Switched off: only PCs with PacketWave&apos;s own client are told of calls.</source>
        <translation>꺼짐: PacketWave 클라이언트를 쓰는 PC에만 통화를 알립니다.</translation>
    </message>
    <message>
        <source>Nobody is connected that way now.</source>
        <translation>지금 이 방식으로 연결된 PC가 없습니다.</translation>
    </message>
    <message>
        <source>Connected that way now: {count} ({addresses})</source>
        <translation>지금 이 방식으로 연결된 PC {count}대({addresses})</translation>
    </message>
    <message>
        <source>A PC without a name</source>
        <translation>이름 없는 PC</translation>
    </message>
    <message>
        <source>{pc} at {address} asks to be paired</source>
        <translation>{pc}({address})에서 연결 등록을 요청합니다</translation>
    </message>
    <message>
        <source>Digits to compare: {digits}</source>
        <translation>비교할 숫자: {digits}</translation>
    </message>
    <message>
        <source>Compare these digits with those on the screen of that PC, or on the phone with the person in front of it. Approve only where they are the same: if not, somebody is listening in between.</source>
        <translation>그 PC 화면의 숫자와 같은지 직접 보거나 그 자리의 사람과 전화로 확인하세요. 같을 때만 승인하세요. 다르면 누군가 중간에서 엿듣고 있는 것입니다.</translation>
    </message>
    <message>
        <source>It replaces {pc}: that PC&apos;s key ends</source>
        <translation>{pc}을(를) 대신합니다: 이전 PC의 키는 폐기됩니다</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>승인</translation>
    </message>
    <message>
        <source>Refuse</source>
        <translation>거절</translation>
    </message>
    <message>
        <source>It will be told of calls to: {extensions}</source>
        <translation>알려 줄 내선: {extensions}</translation>
    </message>
    <message>
        <source>Whose PC is it? Extension:</source>
        <translation>누구의 PC인가요? 내선:</translation>
    </message>
    <message>
        <source>Copy the fingerprint</source>
        <translation>지문 복사</translation>
    </message>
    <message>
        <source>Copy the key</source>
        <translation>키 복사</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>명령 복사</translation>
    </message>
    <message>
        <source>Make a key</source>
        <translation>키 만들기</translation>
    </message>
    <message>
        <source>The key is shown this once. Whoever has it can pair a PC as long as it is valid: give it to the installation only.</source>
        <translation>키는 지금 한 번만 표시됩니다. 유효한 동안에는 키를 가진 누구나 PC를 등록할 수 있으니 설치할 때만 사용하세요.</translation>
    </message>
    <message>
        <source>Pair many PCs at once</source>
        <translation>여러 PC를 한꺼번에 등록</translation>
    </message>
    <message>
        <source>A client that is installed with a key pairs itself, without anybody comparing digits. The fingerprint tells it which server is the right one.</source>
        <translation>키와 함께 설치한 클라이언트는 숫자를 비교하지 않고 스스로 등록합니다. 지문은 어느 서버가 맞는지 알려 줍니다.</translation>
    </message>
    <message>
        <source>Valid for days:</source>
        <translation>유효 기간(일):</translation>
    </message>
    <message>
        <source>For so many PCs:</source>
        <translation>PC 수:</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>키</translation>
    </message>
    <message>
        <source>Installation</source>
        <translation>설치 명령</translation>
    </message>
    <message>
        <source>The server&apos;s fingerprint</source>
        <translation>서버 지문</translation>
    </message>
    <message>
        <source>A key of {made} serves for {uses} more PCs until {until}</source>
        <translation>{made}에 만든 키: {until}까지 PC {uses}대에 더 쓸 수 있습니다</translation>
    </message>
    <message>
        <source>End it</source>
        <translation>폐기</translation>
    </message>
    <message>
        <source>PC</source>
        <translation>PC</translation>
    </message>
    <message>
        <source>Extension</source>
        <translation>내선</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>주소</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>연결 방식</translation>
    </message>
    <message>
        <source>Last alert</source>
        <translation>최근 알림</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>버전</translation>
    </message>
    <message>
        <source>not paired</source>
        <translation>등록 안 됨</translation>
    </message>
    <message>
        <source>encrypted</source>
        <translation>암호화</translation>
    </message>
    <message>
        <source>not encrypted</source>
        <translation>암호화 안 됨</translation>
    </message>
    <message>
        <source>{ms} ms</source>
        <translation>{ms} ms</translation>
    </message>
    <message>
        <source>Not connected · last seen {at}</source>
        <translation>연결 안 됨 · 마지막 연결 {at}</translation>
    </message>
    <message>
        <source>Connected since {at}</source>
        <translation>{at}부터 연결됨</translation>
    </message>
    <message>
        <source>No calls: its address is in no row</source>
        <translation>알림 없음: 구성원 표에 없는 주소</translation>
    </message>
    <message>
        <source>No calls: a paired person&apos;s address</source>
        <translation>알림 없음: 등록된 사람의 주소</translation>
    </message>
    <message>
        <source>No calls: a paired PC is there, too</source>
        <translation>알림 없음: 등록된 PC와 같은 주소</translation>
    </message>
    <message>
        <source>No calls: several people there</source>
        <translation>알림 없음: 한 주소에 여러 사람</translation>
    </message>
    <message>
        <source>No calls: paired for no extension</source>
        <translation>알림 없음: 등록된 내선 없음</translation>
    </message>
    <message>
        <source>The server&apos;s certificate was damaged, and is a new one.</source>
        <translation>서버 인증서가 손상되어 새로 만들었습니다.</translation>
    </message>
    <message>
        <source>Every paired PC refuses it and has to be paired again. The old file was put aside in the folder &apos;trust&apos;; with an exported copy of it, the pairings are as before.</source>
        <translation>등록된 PC는 모두 새 인증서를 거부하므로 다시 등록해야 합니다. 이전 파일은 &apos;trust&apos; 폴더에 옮겨 두었습니다. 내보낸 사본이 있으면 등록이 그대로 유지됩니다.</translation>
    </message>
    <message>
        <source>The server&apos;s certificate cannot be read, and another one serves now.</source>
        <translation>서버 인증서를 읽을 수 없어 지금은 다른 인증서를 사용합니다.</translation>
    </message>
    <message>
        <source>Paired PCs refuse it. See to the rights of the file &apos;trust/identity.pem&apos;.</source>
        <translation>등록된 PC가 이 인증서를 거부합니다. &apos;trust/identity.pem&apos; 파일의 권한을 확인하세요.</translation>
    </message>
    <message>
        <source>The server&apos;s certificate cannot be kept.</source>
        <translation>서버 인증서를 저장할 수 없습니다.</translation>
    </message>
    <message>
        <source>At the next start it will be another one, and PCs paired until then have to be paired again. Make room on the disk before you pair PCs.</source>
        <translation>다음에 시작하면 인증서가 바뀌어 그때까지 등록한 PC를 다시 등록해야 합니다. PC를 등록하기 전에 디스크 공간을 확보하세요.</translation>
    </message>
    <message>
        <source>The list of paired PCs was damaged.</source>
        <translation>등록된 PC 목록이 손상되었습니다.</translation>
    </message>
    <message>
        <source>It was put aside in the folder &apos;trust&apos;. PCs have to be paired again.</source>
        <translation>손상된 목록은 &apos;trust&apos; 폴더에 옮겨 두었습니다. PC를 다시 등록해야 합니다.</translation>
    </message>
    <message>
        <source>The list of paired PCs cannot be written.</source>
        <translation>등록된 PC 목록을 저장할 수 없습니다.</translation>
    </message>
    <message>
        <source>What has changed in it holds until the program ends. Make room on the disk.</source>
        <translation>바뀐 내용은 프로그램이 끝날 때까지만 유지됩니다. 디스크 공간을 확보하세요.</translation>
    </message>
    <message>
        <source>Pairing waits: {count}</source>
        <translation>PC 등록 요청 {count}건</translation>
    </message>
</context>
<context>
    <name>fault</name>
    <message>
        <source>PacketWave met an error that it does not know.</source>
        <translation>PacketWave에서 예상하지 못한 오류가 발생했습니다.</translation>
    </message>
    <message>
        <source>What happened is in the log:
{path}</source>
        <translation>자세한 내용은 다음 로그 파일에 있습니다.
{path}</translation>
    </message>
    <message>
        <source>PacketWave cannot start: its data folder cannot be used.</source>
        <translation>PacketWave를 시작할 수 없습니다. 데이터 폴더를 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>It keeps members, calls and settings there. See that your account may write in it, or start PacketWave as administrator.</source>
        <translation>PacketWave는 이 폴더에 구성원, 통화 기록, 설정을 저장합니다. 이 폴더에 쓸 수 있는 권한이 있는지 확인하거나 PacketWave를 관리자 권한으로 실행하세요.</translation>
    </message>
    <message>
        <source>Another Windows account keeps PacketWave&apos;s data on this PC.</source>
        <translation>이 PC에서는 다른 Windows 계정이 PacketWave 데이터를 관리하고 있습니다.</translation>
    </message>
    <message>
        <source>Sign in with that account, or start PacketWave as administrator.</source>
        <translation>그 계정으로 로그인하거나 PacketWave를 관리자 권한으로 실행하세요.</translation>
    </message>
    <message>
        <source>PacketWave is running already, but does not answer.</source>
        <translation>PacketWave가 이미 실행 중이지만 응답하지 않습니다.</translation>
    </message>
    <message>
        <source>End it in the Task Manager, then start it again.</source>
        <translation>작업 관리자에서 PacketWave를 끝낸 다음 다시 시작하세요.</translation>
    </message>
    <message>
        <source>PacketWave cannot start: another program uses its port.</source>
        <translation>PacketWave를 시작할 수 없습니다. 다른 프로그램이 포트를 사용하고 있습니다.</translation>
    </message>
    <message>
        <source>End that program, or restart the PC.</source>
        <translation>그 프로그램을 끝내거나 PC를 다시 시작하세요.</translation>
    </message>
    <message>
        <source>PacketWave cannot start: its database cannot be opened.</source>
        <translation>PacketWave를 시작할 수 없습니다. 데이터베이스를 열 수 없습니다.</translation>
    </message>
    <message>
        <source>PacketWave cannot start.</source>
        <translation>PacketWave를 시작할 수 없습니다.</translation>
    </message>
    <message>
        <source>Start it again. If this comes back, pass on to who looks after your PCs:</source>
        <translation>다시 시작해 보세요. 같은 문제가 계속되면 아래 내용을 PC 관리자에게 전달하세요.</translation>
    </message>
</context>
<context>
    <name>findings</name>
    <message>
        <source>Nothing at all has come from the mirror port for {minutes} minutes.</source>
        <translation>미러 포트에서 {minutes}분 동안 아무것도 들어오지 않았습니다.</translation>
    </message>
    <message>
        <source>Check the cable at the mirror port, and whether the switch still mirrors to this port.</source>
        <translation>미러 포트의 케이블과, 스위치가 아직 이 포트로 미러링하는지 확인하세요.</translation>
    </message>
    <message>
        <source>Only broadcasts arrive here: this is an ordinary port, not a mirror port.</source>
        <translation>브로드캐스트만 들어옵니다. 미러 포트가 아니라 일반 포트입니다.</translation>
    </message>
    <message>
        <source>Set up port mirroring (SPAN) at the switch, from the port of the PBX to this one, or choose another interface.</source>
        <translation>스위치에서 교환기(PBX) 포트를 이 포트로 미러링(SPAN)하도록 설정하거나 다른 인터페이스를 고르세요.</translation>
    </message>
    <message>
        <source>Traffic arrives, but no phone&apos;s: neither SIP nor speech for {minutes} minutes.</source>
        <translation>트래픽은 들어오지만 전화 트래픽이 없습니다. {minutes}분 동안 SIP도 음성도 없었습니다.</translation>
    </message>
    <message>
        <source>Mirror the port or the VLAN of the PBX or the phones; another one is mirrored now.</source>
        <translation>교환기(PBX)나 전화기의 포트 또는 VLAN을 미러링하세요. 지금은 다른 곳이 미러링되고 있습니다.</translation>
    </message>
    <message>
        <source>Speech is seen, but not the SIP messages that go with it.</source>
        <translation>음성은 보이지만 그에 맞는 SIP 메시지가 보이지 않습니다.</translation>
    </message>
    <message>
        <source>Mirror the port of the PBX as well: the phones&apos; signalling takes another way there.</source>
        <translation>교환기(PBX)의 포트도 미러링하세요. 전화기의 신호가 다른 경로로 오가고 있습니다.</translation>
    </message>
    <message>
        <source>Encrypted SIP (TLS) cannot be read. Phones that use it: {phones}.</source>
        <translation>암호화된 SIP(TLS)는 읽을 수 없습니다. 사용하는 전화기: {phones}.</translation>
    </message>
    <message>
        <source>Probably SIP in encrypted WebSockets, which cannot be read. Used by: {phones}.</source>
        <translation>암호화된 웹소켓 SIP로 보이며 읽을 수 없습니다. 사용하는 곳: {phones}.</translation>
    </message>
    <message>
        <source>SIP is seen on a port that is not watched: {ports}.</source>
        <translation>감시하지 않는 포트에서 SIP가 보입니다: {ports}.</translation>
    </message>
    <message>
        <source>The traffic comes in a form that PacketWave does not read: {kinds}.</source>
        <translation>PacketWave가 읽지 못하는 형식으로 트래픽이 들어옵니다: {kinds}.</translation>
    </message>
    <message>
        <source>Let the switch mirror plain Ethernet frames, or use ERSPAN, VXLAN or TZSP.</source>
        <translation>스위치가 일반 이더넷 프레임을 미러링하게 하거나 ERSPAN, VXLAN, TZSP를 사용하세요.</translation>
    </message>
    <message>
        <source>Only questions are seen, no answers ({requests} without one).</source>
        <translation>요청만 보이고 응답은 보이지 않습니다(응답 없는 요청 {requests}건).</translation>
    </message>
    <message>
        <source>Mirror both directions (rx and tx) of the port: answered calls look missed now.</source>
        <translation>포트의 양방향(rx와 tx)을 모두 미러링하세요. 지금은 받은 전화도 부재중으로 보입니다.</translation>
    </message>
    <message>
        <source>Only answers are seen, not the calls themselves ({replies} answers).</source>
        <translation>응답만 보이고 전화 요청은 보이지 않습니다(응답 {replies}건).</translation>
    </message>
    <message>
        <source>Mirror both directions (rx and tx) of the port.</source>
        <translation>포트의 양방향(rx와 tx)을 모두 미러링하세요.</translation>
    </message>
    <message>
        <source>Of each conversation between phone and PBX only one side is seen.</source>
        <translation>전화기와 교환기(PBX) 사이의 대화가 한쪽 방향만 보입니다.</translation>
    </message>
    <message>
        <source>Of large packets that are sent in parts, only some parts arrive.</source>
        <translation>조각으로 나뉜 큰 패킷이 일부만 들어옵니다.</translation>
    </message>
    <message>
        <source>Mirror whole ports instead of filtering by UDP port: later parts carry no port.</source>
        <translation>UDP 포트로 거르지 말고 포트 전체를 미러링하세요. 뒷조각에는 포트 번호가 없습니다.</translation>
    </message>
    <message>
        <source>The mirror cuts frames off after {bytes} bytes.</source>
        <translation>미러가 프레임을 {bytes}바이트에서 잘라 보냅니다.</translation>
    </message>
    <message>
        <source>Switch truncation (snap length) of the mirror session off.</source>
        <translation>미러 세션의 프레임 자르기(snap length)를 꺼 주세요.</translation>
    </message>
    <message>
        <source>The system lost frames before PacketWave could read them: {frames}.</source>
        <translation>PacketWave가 읽기 전에 시스템이 프레임을 잃었습니다: {frames}개.</translation>
    </message>
    <message>
        <source>Mirror fewer ports, or give this PC less other work.</source>
        <translation>미러링하는 포트를 줄이거나 이 PC의 다른 작업을 줄여 주세요.</translation>
    </message>
    <message>
        <source>Many SIP messages cannot be read: {percent} % ({reason}).</source>
        <translation>SIP 메시지 중 읽을 수 없는 것이 많습니다: {percent}% ({reason}).</translation>
    </message>
    <message>
        <source>Somebody tries out extensions and passwords at the PBX: {sources}.</source>
        <translation>누군가 교환기(PBX)에 내선과 비밀번호를 마구 시도하고 있습니다: {sources}.</translation>
    </message>
    <message>
        <source>Block this address in the firewall. Nobody is told of its calls.</source>
        <translation>방화벽에서 이 주소를 차단하세요. 이 주소에서 오는 전화는 아무에게도 알리지 않습니다.</translation>
    </message>
    <message>
        <source>Calls ring only at extensions without a row in the members table: {extensions}.</source>
        <translation>구성원 표에 없는 내선에만 전화가 오고 있습니다: {extensions}.</translation>
    </message>
    <message>
        <source>Add these extensions under Members, with the IP of each person&apos;s PC.</source>
        <translation>구성원에 이 내선을 추가하고 각 사람의 PC IP를 적어 주세요.</translation>
    </message>
    <message>
        <source>The mirror shows most packets {times} times. That does no harm.</source>
        <translation>대부분의 패킷이 {times}번씩 들어옵니다. 문제는 없습니다.</translation>
    </message>
    <message>
        <source>To spare the line, mirror each port in one place only.</source>
        <translation>회선 부담을 줄이려면 각 포트를 한 곳에서만 미러링하세요.</translation>
    </message>
    <message>
        <source>Save a capture of a call and show it to whoever looks after the PBX.</source>
        <translation>통화 한 건을 캡처 파일로 저장해 교환기(PBX) 담당자에게 보여 주세요.</translation>
    </message>
    <message>
        <source>This PC&apos;s clock was set by {seconds} seconds. No call was cut short by it.</source>
        <translation>이 PC의 시계가 {seconds}초 바뀌었습니다. 이 때문에 끊긴 것으로 처리된 통화는 없습니다.</translation>
    </message>
    <message>
        <source>Let the PC take its time from a time server: the call log shows its times.</source>
        <translation>PC가 시간 서버에서 시각을 맞추게 하세요. 통화 기록에는 이 PC의 시각이 표시됩니다.</translation>
    </message>
    <message>
        <source>Let the PBX report its calls by HEP (see the capture page), or set these phones to SIP over UDP or TCP.</source>
        <translation>교환기가 HEP으로 통화를 알리게 하거나(캡처 화면 참고), 이 전화기들을 UDP나 TCP의 SIP로 설정하세요.</translation>
    </message>
    <message>
        <source>Their calls are seen where the other leg is not encrypted, or the PBX reports them by HEP.</source>
        <translation>상대 쪽 구간이 암호화되지 않았거나 교환기가 HEP으로 알려 주면 이 통화도 보입니다.</translation>
    </message>
    <message>
        <source>If phones use it, watch it as well.</source>
        <translation>전화기가 쓰는 포트라면 함께 감지하세요.</translation>
    </message>
    <message>
        <source>Phone traffic is sent here ({kinds}) by somebody who is not confirmed: {sources}.</source>
        <translation>확인되지 않은 곳에서 전화 트래픽을 보내고 있습니다({kinds}): {sources}.</translation>
    </message>
    <message>
        <source>If this is your switch or PBX, confirm it; nothing of what it sends is looked at before.</source>
        <translation>사용 중인 스위치나 교환기라면 확인해 주세요. 그전에는 내용을 보지 않습니다.</translation>
    </message>
    <message>
        <source>Confirm {sender}</source>
        <translation>{sender} 확인</translation>
    </message>
    <message>
        <source>Watch port {port} too</source>
        <translation>{port} 포트도 감지</translation>
    </message>
    <message>
        <source>The database at {hosts} is used without a user name and a password: whoever reaches it can read and change members and calls.</source>
        <translation>{hosts} 데이터베이스를 사용자 이름과 비밀번호 없이 쓰고 있습니다. 접속할 수 있는 사람은 누구나 구성원과 통화 기록을 보고 바꿀 수 있습니다.</translation>
    </message>
    <message>
        <source>What goes to the database at {hosts} is not encrypted: others in the network can read who calls whom.</source>
        <translation>{hosts} 데이터베이스로 가는 내용이 암호화되지 않습니다. 네트워크의 다른 사람이 누가 누구와 통화하는지 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Switch TLS on in MongoDB, and add tls=true to its address (and tlsCAFile=… for a certificate of your own).</source>
        <translation>MongoDB에서 TLS를 켜고 주소에 tls=true를 추가하세요. 직접 만든 인증서라면 tlsCAFile=…도 추가하세요.</translation>
    </message>
    <message>
        <source>The certificate of the database at {hosts} is not checked: somebody in between could read and change everything.</source>
        <translation>{hosts} 데이터베이스의 인증서를 확인하지 않고 있습니다. 중간에 있는 사람이 모든 내용을 보고 바꿀 수 있습니다.</translation>
    </message>
    <message>
        <source>Take tlsInsecure and tlsAllowInvalid… out of its address, and name with tlsCAFile=… who issued the certificate.</source>
        <translation>주소에서 tlsInsecure와 tlsAllowInvalid…를 빼고, 인증서를 발급한 기관을 tlsCAFile=…로 지정하세요.</translation>
    </message>
    <message>
        <source>Switch authorization on in MongoDB, and start PacketWave with an address that names a user (--mongodb @FILE).</source>
        <translation>MongoDB에서 인증(authorization)을 켜고, 사용자가 들어 있는 주소로 PacketWave를 시작하세요(--mongodb @파일).</translation>
    </message>
    <message>
        <source>Far more calls come than any office makes, to: {extensions}. {calls} were only counted; others are told as ever.</source>
        <translation>정상적인 양을 훨씬 넘는 전화가 걸려 오고 있습니다(내선: {extensions}). {calls}건은 수만 세었으며, 다른 전화는 평소대로 알립니다.</translation>
    </message>
    <message>
        <source>The call log has one row for them with where they come from: block that address in the firewall, or ask whoever looks after the PBX.</source>
        <translation>통화 기록의 폭주 행에 발신지 주소가 있습니다. 방화벽에서 그 주소를 차단하거나 교환기(PBX) 담당자에게 문의하세요.</translation>
    </message>
</context>
<context>
    <name>first</name>
    <message>
        <source>Otherwise PacketWave keeps the members in its own database, without any set-up.</source>
        <translation>사용하지 않으면 설정 없이 PacketWave의 내장 데이터베이스에 구성원을 저장합니다.</translation>
    </message>
    <message>
        <source>Use MongoDB</source>
        <translation>MongoDB 사용</translation>
    </message>
    <message>
        <source>Own database</source>
        <translation>내장 데이터베이스</translation>
    </message>
    <message>
        <source>Members in the MongoDB on this PC: {count}. Use them?</source>
        <translation>이 PC의 MongoDB에 구성원이 {count}명 있습니다. 사용할까요?</translation>
    </message>
</context>
<context>
    <name>members</name>
    <message>
        <source>Extension</source>
        <translation>내선</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>부서</translation>
    </message>
    <message>
        <source>PC IP</source>
        <translation>PC IP</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>메모</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>New: type an extension and the PC&apos;s IP</source>
        <translation>새 행: 내선과 PC IP를 넣으세요</translation>
    </message>
    <message>
        <source>Not saved</source>
        <translation>저장되지 않음</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>저장하는 중…</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>연결됨</translation>
    </message>
    <message>
        <source>Add a row</source>
        <translation>행 추가</translation>
    </message>
    <message>
        <source>Delete rows</source>
        <translation>행 삭제</translation>
    </message>
    <message>
        <source>Change cells</source>
        <translation>칸 고치기</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>구성원</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>찾기</translation>
    </message>
    <message>
        <source>Find members</source>
        <translation>구성원 찾기</translation>
    </message>
    <message>
        <source>Save again</source>
        <translation>다시 저장</translation>
    </message>
    <message>
        <source>No members yet</source>
        <translation>아직 구성원이 없습니다</translation>
    </message>
    <message>
        <source>Type whose extension belongs to which PC, or paste the cells from Excel.</source>
        <translation>어느 내선이 어느 PC의 것인지 적거나, 엑셀의 칸을 복사해 붙여넣으세요.</translation>
    </message>
    <message>
        <source>Add a member</source>
        <translation>구성원 추가</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Member</source>
        <translation>구성원</translation>
    </message>
    <message>
        <source>Copy cells in Excel and paste them here as they are. Marked cells are not saved until they are right.</source>
        <translation>엑셀에서 여러 칸을 복사해 그대로 붙여넣을 수 있습니다. 표시된 칸은 고치기 전에는 저장되지 않습니다.</translation>
    </message>
    <message>
        <source>and more: {count}</source>
        <translation>그 밖에 {count}개</translation>
    </message>
    <message>
        <source>Rows in the database that are not right:</source>
        <translation>데이터베이스에 잘못된 행이 있습니다:</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>PC 연결 안 됨</translation>
    </message>
    <message>
        <source>Import members</source>
        <translation>구성원 가져오기</translation>
    </message>
    <message>
        <source>What would change</source>
        <translation>바뀌는 것</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Nothing is imported before the file is right. What is wrong:</source>
        <translation>파일이 올바르기 전에는 아무것도 가져오지 않습니다. 잘못된 곳:</translation>
    </message>
    <message>
        <source>Added: {added} · changed: {changed} · unchanged: {unchanged} · not in the file, they stay: {stay}</source>
        <translation>추가 {added} · 변경 {changed} · 그대로 {unchanged} · 파일에 없어 그대로 두는 것 {stay}</translation>
    </message>
    <message>
        <source>New: {member}</source>
        <translation>추가: {member}</translation>
    </message>
    <message>
        <source>Changed: {before} → {after}</source>
        <translation>변경: {before} → {after}</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>{line}행: {what}</translation>
    </message>
    <message>
        <source>The same extension and IP as in line {line}</source>
        <translation>{line}행과 내선과 IP가 같습니다</translation>
    </message>
    <message>
        <source>The row is empty</source>
        <translation>빈 행입니다</translation>
    </message>
    <message>
        <source>The first row has no column &apos;{column}&apos;</source>
        <translation>첫 행에 &apos;{column}&apos; 열이 없습니다</translation>
    </message>
    <message>
        <source>Two columns &apos;{column}&apos;</source>
        <translation>&apos;{column}&apos; 열이 두 개입니다</translation>
    </message>
    <message>
        <source>A cell under no heading: {value}</source>
        <translation>제목이 없는 열에 값이 있습니다: {value}</translation>
    </message>
    <message>
        <source>The text is neither UTF-8 nor CP949. Save it as &apos;CSV UTF-8&apos;.</source>
        <translation>글자 인코딩이 UTF-8도 CP949도 아닙니다. &apos;CSV UTF-8&apos;로 저장하세요.</translation>
    </message>
    <message>
        <source>Not readable as CSV</source>
        <translation>CSV로 읽을 수 없습니다</translation>
    </message>
    <message>
        <source>This is neither a CSV nor an XLSX file.</source>
        <translation>CSV나 XLSX 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>An old or locked Excel file. Save it as .xlsx without a password.</source>
        <translation>옛 엑셀 파일이거나 암호가 걸린 파일입니다. 암호 없이 .xlsx로 저장하세요.</translation>
    </message>
    <message>
        <source>The file is too big.</source>
        <translation>파일이 너무 큽니다.</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>엑셀에서 가져오기…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Export members</source>
        <translation>구성원 내보내기</translation>
    </message>
    <message>
        <source>PC {address} asks to be registered with extension {extension}.</source>
        <translation>PC {address}에서 내선 {extension} 등록을 요청했습니다.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>무시</translation>
    </message>
    <message>
        <source>Not shown again until PacketWave is started again</source>
        <translation>PacketWave를 다시 시작할 때까지 표시하지 않습니다</translation>
    </message>
    <message>
        <source>Company</source>
        <translation>회사</translation>
    </message>
</context>
<context>
    <name>setup</name>
    <message>
        <source>The rule lets clients in to this program&apos;s port alone, on domain and private networks. Windows asks for an administrator.</source>
        <translation>방화벽 규칙은 이 프로그램의 포트만, 도메인과 개인 네트워크에서만 엽니다. Windows가 관리자 권한을 묻습니다.</translation>
    </message>
    <message>
        <source>This PC&apos;s address for clients:</source>
        <translation>클라이언트에 입력할 이 PC의 주소:</translation>
    </message>
    <message>
        <source>Add the firewall rule</source>
        <translation>방화벽 규칙 추가</translation>
    </message>
    <message>
        <source>Remove the rule</source>
        <translation>규칙 제거</translation>
    </message>
    <message>
        <source>Open Windows&apos; network settings</source>
        <translation>Windows 네트워크 설정 열기</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>다시 확인</translation>
    </message>
    <message>
        <source>Start with Windows</source>
        <translation>Windows와 함께 시작</translation>
    </message>
    <message>
        <source>For a PC that nobody signs in to: the server starts without a window when the PC is switched on, and again should it fail. A copy of this program is kept in Program Files, where only administrators can change it.</source>
        <translation>아무도 로그인하지 않는 PC를 위한 기능입니다. PC가 켜지면 서버가 창 없이 시작하고, 멈추면 다시 시작합니다. 이 프로그램의 복사본을 관리자만 바꿀 수 있는 Program Files에 둡니다.</translation>
    </message>
    <message>
        <source>Npcap was installed for administrators only, so the server runs as SYSTEM. Installed again without that restriction, an account with next to no rights is enough.</source>
        <translation>Npcap이 관리자 전용으로 설치되어 있어 서버가 SYSTEM 계정으로 실행됩니다. 그 제한 없이 다시 설치하면 권한이 거의 없는 계정으로 충분합니다.</translation>
    </message>
    <message>
        <source>Turn off</source>
        <translation>끄기</translation>
    </message>
    <message>
        <source>This program</source>
        <translation>이 프로그램</translation>
    </message>
    <message>
        <source>PacketWave Server {version}</source>
        <translation>PacketWave 서버 {version}</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열려 있음</translation>
    </message>
    <message>
        <source>Open the log folder</source>
        <translation>로그 폴더 열기</translation>
    </message>
    <message>
        <source>Data folder</source>
        <translation>데이터 폴더</translation>
    </message>
    <message>
        <source>As in Windows</source>
        <translation>Windows 언어에 따름</translation>
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
        <source>From the next start on.</source>
        <translation>다음에 시작할 때부터 적용됩니다.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>화면 색</translation>
    </message>
    <message>
        <source>Being checked</source>
        <translation>확인하는 중</translation>
    </message>
    <message>
        <source>Renew</source>
        <translation>새 버전으로 바꾸기</translation>
    </message>
    <message>
        <source>Turn on</source>
        <translation>켜기</translation>
    </message>
    <message>
        <source>The choice could not be stored: {reason}</source>
        <translation>선택을 저장하지 못했습니다: {reason}</translation>
    </message>
    <message>
        <source>This PC only</source>
        <translation>이 PC에서만</translation>
    </message>
    <message>
        <source>The setting &apos;listen&apos; lets only programs on this PC connect.</source>
        <translation>설정 &apos;listen&apos; 때문에 이 PC 안의 프로그램만 연결할 수 있습니다.</translation>
    </message>
    <message>
        <source>Proven: a client is connected from {address}.</source>
        <translation>확인되었습니다. {address}의 클라이언트가 연결되어 있습니다.</translation>
    </message>
    <message>
        <source>Reachable</source>
        <translation>연결됨</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>닫혀 있음</translation>
    </message>
    <message>
        <source>Blocked</source>
        <translation>차단됨</translation>
    </message>
    <message>
        <source>Closed on this network</source>
        <translation>이 네트워크에서 닫혀 있음</translation>
    </message>
    <message>
        <source>Partly open</source>
        <translation>일부만 열려 있음</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>Windows Firewall lets clients in.</source>
        <translation>Windows 방화벽이 클라이언트의 연결을 허용합니다.</translation>
    </message>
    <message>
        <source>Windows Firewall is off and lets everything in. If another product guards this PC, it has to let TCP port {port} in.</source>
        <translation>Windows 방화벽이 꺼져 있어 모든 연결을 허용합니다. 다른 보안 제품이 이 PC를 지키고 있다면 그 제품에서 TCP {port} 포트를 허용해야 합니다.</translation>
    </message>
    <message>
        <source>Windows Firewall is set to block all incoming connections, also those with a rule. Switch that off in Windows&apos; settings for the firewall.</source>
        <translation>Windows 방화벽이 규칙이 있는 연결까지 모든 수신 연결을 차단하도록 설정되어 있습니다. Windows 방화벽 설정에서 이 차단을 끄세요.</translation>
    </message>
    <message>
        <source>The rule is there, but Windows takes this network for a public one: {network}. Make it a private network in Windows&apos; network settings.</source>
        <translation>규칙은 있지만 Windows가 이 네트워크를 공용으로 보고 있습니다: {network}. Windows 네트워크 설정에서 개인 네트워크로 바꾸세요.</translation>
    </message>
    <message>
        <source>The settings of Windows Firewall cannot be read.</source>
        <translation>Windows 방화벽 설정을 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>Clients cannot connect: Windows Firewall does not let them in.</source>
        <translation>클라이언트가 연결할 수 없습니다. Windows 방화벽이 막고 있습니다.</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>꺼짐</translation>
    </message>
    <message>
        <source>Calls are watched only while this program is open.</source>
        <translation>이 프로그램이 열려 있는 동안에만 통화를 감지합니다.</translation>
    </message>
    <message>
        <source>On</source>
        <translation>켜짐</translation>
    </message>
    <message>
        <source>Calls are watched as soon as the PC is on.</source>
        <translation>PC가 켜지면 바로 통화를 감지합니다.</translation>
    </message>
    <message>
        <source>Older version</source>
        <translation>이전 버전</translation>
    </message>
    <message>
        <source>An older version than this one starts with Windows. Renew it.</source>
        <translation>지금 이 프로그램보다 이전 버전이 Windows와 함께 시작합니다. 새 버전으로 바꾸세요.</translation>
    </message>
    <message>
        <source>Does not work</source>
        <translation>동작하지 않음</translation>
    </message>
    <message>
        <source>The task is there, but the program that it should start is not. Renew it.</source>
        <translation>예약 작업은 있지만 시작할 프로그램이 없습니다. 새 버전으로 바꾸세요.</translation>
    </message>
    <message>
        <source>Switched off</source>
        <translation>사용 안 함</translation>
    </message>
    <message>
        <source>The task was switched off in Windows&apos; Task Scheduler.</source>
        <translation>Windows 작업 스케줄러에서 예약 작업을 꺼 놓았습니다.</translation>
    </message>
    <message>
        <source>Windows does not tell whether the task is there.</source>
        <translation>예약 작업이 있는지 Windows에서 확인할 수 없습니다.</translation>
    </message>
    <message>
        <source>Nothing was changed: Windows was answered with no.</source>
        <translation>Windows의 물음에 &apos;아니요&apos;를 선택하여 아무것도 바꾸지 않았습니다.</translation>
    </message>
    <message>
        <source>Nothing was changed: this account may not change the PC.</source>
        <translation>이 계정에는 PC를 바꿀 권한이 없어 아무것도 바꾸지 않았습니다.</translation>
    </message>
    <message>
        <source>Windows said that it was done, but it is not so. Perhaps your organisation does not allow it.</source>
        <translation>Windows는 끝났다고 하지만 실제로는 바뀌지 않았습니다. 조직의 정책에서 허용하지 않는 것일 수 있습니다.</translation>
    </message>
    <message>
        <source>A file is in use. Close the other PacketWave Server and try again.</source>
        <translation>파일이 사용 중입니다. 다른 PacketWave 서버를 닫고 다시 해 보세요.</translation>
    </message>
    <message>
        <source>That did not work.</source>
        <translation>하지 못했습니다.</translation>
    </message>
    <message>
        <source>Open the data folder</source>
        <translation>데이터 폴더 열기</translation>
    </message>
    <message>
        <source>Connections from clients</source>
        <translation>PC에서 연결 받기</translation>
    </message>
    <message>
        <source>Windows Firewall has no rule that lets clients in. Add the rule.</source>
        <translation>클라이언트의 연결을 허용하는 Windows 방화벽 규칙이 없습니다. 방화벽 규칙을 추가하세요.</translation>
    </message>
    <message>
        <source>A rule of Windows Firewall blocks the connections. Adding our rule also removes what Windows&apos; own question has left behind.</source>
        <translation>Windows 방화벽의 규칙이 연결을 막고 있습니다. 방화벽 규칙을 추가하면 Windows가 물었을 때 생긴 차단 규칙도 지워집니다.</translation>
    </message>
    <message>
        <source>Rules with further conditions let some clients in. Adding our rule lets all in.</source>
        <translation>조건이 붙은 규칙이 일부 클라이언트만 허용합니다. 방화벽 규칙을 추가하면 모두 연결할 수 있습니다.</translation>
    </message>
    <message>
        <source>Copy {address}</source>
        <translation>{address} 복사</translation>
    </message>
    <message>
        <source>Windows Firewall does not let in what is sent to UDP port {ports}. Add the rule.</source>
        <translation>UDP {ports} 포트로 오는 것을 Windows 방화벽이 막고 있습니다. 규칙을 추가하세요.</translation>
    </message>
    <message>
        <source>How long calls are kept</source>
        <translation>통화 기록 보관 기간</translation>
    </message>
    <message>
        <source>Who called whom and when is personal data: keep it only as long as the office needs it. Once a day calls that are older are removed for good, from the log files too. A shorter time removes calls within a day, and they cannot be brought back.</source>
        <translation>누가 언제 누구와 통화했는지는 개인정보이므로 업무에 필요한 기간만 보관하세요. 기간이 지난 통화는 하루에 한 번 로그 파일에서까지 완전히 삭제됩니다. 기간을 줄이면 하루 안에 삭제되며 되돌릴 수 없습니다.</translation>
    </message>
    <message>
        <source>days after they are over</source>
        <translation>일 (통화가 끝난 날부터)</translation>
    </message>
    <message>
        <source>Keep calls</source>
        <translation>보관 기간</translation>
    </message>
</context>
<context>
    <name>status</name>
    <message>
        <source>{rate}/s</source>
        <translation>{rate}/초</translation>
    </message>
    <message>
        <source>SIP messages read: {count}</source>
        <translation>읽은 SIP 메시지 {count}개</translation>
    </message>
    <message>
        <source>PC</source>
        <translation>PC</translation>
    </message>
    <message>
        <source>{connected}/{expected} connected</source>
        <translation>{connected}/{expected} 연결</translation>
    </message>
    <message>
        <source>Today: calls {calls} · missed {missed}</source>
        <translation>오늘 {calls}통 · 부재중 {missed}</translation>
    </message>
    <message>
        <source>not written: {count}</source>
        <translation>쓰지 못한 통화 {count}건</translation>
    </message>
    <message>
        <source>DB</source>
        <translation>DB</translation>
    </message>
    <message>
        <source>Diagnosis</source>
        <translation>진단</translation>
    </message>
    <message>
        <source>RTP ≈{rate}/s</source>
        <translation>RTP ≈{rate}/s</translation>
    </message>
</context>
<context>
    <name>window</name>
    <message>
        <source>PacketWave Server</source>
        <translation>PacketWave 서버</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>다시 확인</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>통화</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>구성원</translation>
    </message>
    <message>
        <source>Capture</source>
        <translation>캡처</translation>
    </message>
    <message>
        <source>Npcap&apos;s page</source>
        <translation>Npcap 홈페이지</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>Understood</source>
        <translation>확인</translation>
    </message>
    <message>
        <source>PC connections</source>
        <translation>PC 연결</translation>
    </message>
</context>
<context>
    <name>words</name>
    <message>
        <source>The capture failed.</source>
        <translation>캡처하지 못했습니다.</translation>
    </message>
    <message>
        <source>The capture driver Npcap is not installed on this PC.</source>
        <translation>이 PC에 캡처 드라이버 Npcap이 설치되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>Install Npcap, then check again. Only this PC needs it.</source>
        <translation>Npcap을 설치한 뒤 다시 확인하세요. 이 PC에만 있으면 됩니다.</translation>
    </message>
    <message>
        <source>PacketWave may not read this network interface.</source>
        <translation>PacketWave에 네트워크 인터페이스를 읽을 권한이 없습니다.</translation>
    </message>
    <message>
        <source>Start PacketWave as an administrator, then check again.</source>
        <translation>PacketWave를 관리자 권한으로 실행한 뒤 다시 확인하세요.</translation>
    </message>
    <message>
        <source>The interface is not there: {name}</source>
        <translation>인터페이스가 없습니다: {name}</translation>
    </message>
    <message>
        <source>The interface was lost while watching.</source>
        <translation>감지하던 인터페이스가 사라졌습니다.</translation>
    </message>
    <message>
        <source>PacketWave goes on by itself once it is back.</source>
        <translation>다시 연결되면 저절로 이어집니다.</translation>
    </message>
    <message>
        <source>This is not a capture file: {name}</source>
        <translation>캡처 파일이 아닙니다: {name}</translation>
    </message>
    <message>
        <source>Choose a file saved as pcap or pcapng.</source>
        <translation>pcap 또는 pcapng로 저장한 파일을 고르세요.</translation>
    </message>
    <message>
        <source>The capture file is cut short: {name}</source>
        <translation>캡처 파일이 중간에 잘려 있습니다: {name}</translation>
    </message>
    <message>
        <source>Everything before the cut was read.</source>
        <translation>잘린 곳 앞까지는 모두 읽었습니다.</translation>
    </message>
    <message>
        <source>Watching</source>
        <translation>감지 중</translation>
    </message>
    <message>
        <source>Replaying</source>
        <translation>재생 중</translation>
    </message>
    <message>
        <source>Replay finished</source>
        <translation>재생 끝남</translation>
    </message>
    <message>
        <source>Not watching</source>
        <translation>감지 못 함</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>중지됨</translation>
    </message>
    <message>
        <source>embedded</source>
        <translation>내장</translation>
    </message>
    <message>
        <source>away</source>
        <translation>끊김</translation>
    </message>
    <message>
        <source>The database cannot be reached. Calls are told from the last known members.</source>
        <translation>데이터베이스에 연결할 수 없습니다. 마지막으로 읽은 구성원으로 계속 알립니다.</translation>
    </message>
    <message>
        <source>Calls waiting to be written: {count}.</source>
        <translation>저장을 기다리는 통화가 {count}건 있습니다.</translation>
    </message>
    <message>
        <source>Start the database again; PacketWave goes on by itself.</source>
        <translation>데이터베이스를 다시 시작하세요. 그러면 저절로 이어집니다.</translation>
    </message>
    <message>
        <source>Not saved: the database cannot be reached.</source>
        <translation>저장하지 못했습니다. 데이터베이스에 연결할 수 없습니다.</translation>
    </message>
    <message>
        <source>What you typed is kept here. Save again once it is back.</source>
        <translation>입력한 내용은 그대로 있습니다. 다시 연결되면 &apos;다시 저장&apos;을 누르세요.</translation>
    </message>
    <message>
        <source>Not saved: somebody else changed or removed this row meanwhile.</source>
        <translation>저장하지 못했습니다. 그사이 다른 곳에서 이 행을 고치거나 지웠습니다.</translation>
    </message>
    <message>
        <source>What you typed is kept here. Look at it, then save again.</source>
        <translation>입력한 내용은 그대로 있습니다. 확인한 뒤 &apos;다시 저장&apos;을 누르세요.</translation>
    </message>
    <message>
        <source>That was not done.</source>
        <translation>처리하지 못했습니다.</translation>
    </message>
    <message>
        <source>The extension is missing</source>
        <translation>내선이 비어 있습니다</translation>
    </message>
    <message>
        <source>The PC&apos;s IP is missing</source>
        <translation>PC IP가 비어 있습니다</translation>
    </message>
    <message>
        <source>A value is missing</source>
        <translation>값이 비어 있습니다</translation>
    </message>
    <message>
        <source>Not an extension</source>
        <translation>내선 형식이 아닙니다</translation>
    </message>
    <message>
        <source>Not an IP address</source>
        <translation>IP 형식이 아닙니다</translation>
    </message>
    <message>
        <source>There twice</source>
        <translation>같은 내선과 IP가 이미 있습니다</translation>
    </message>
    <message>
        <source>Not stored as text</source>
        <translation>글자로 저장되어 있지 않습니다</translation>
    </message>
    <message>
        <source>Plug its cable or adapter in, or choose another interface.</source>
        <translation>케이블이나 어댑터를 꽂거나 다른 인터페이스를 고르세요.</translation>
    </message>
    <message>
        <source>Exported to {file}</source>
        <translation>{file}에 저장했습니다</translation>
    </message>
    <message>
        <source>{file} could not be written: {reason}</source>
        <translation>{file}에 쓸 수 없습니다: {reason}</translation>
    </message>
    <message>
        <source>{file} could not be read: {reason}</source>
        <translation>{file}을(를) 읽을 수 없습니다: {reason}</translation>
    </message>
    <message>
        <source>No calls</source>
        <translation>통화 안 보임</translation>
    </message>
    <message>
        <source>Look here</source>
        <translation>확인 필요</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>참고</translation>
    </message>
    <message>
        <source>The capture library libpcap is not installed on this PC.</source>
        <translation>이 PC에 캡처 라이브러리 libpcap이 설치되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>Install the package libpcap0.8, then check again.</source>
        <translation>libpcap0.8 패키지를 설치한 뒤 다시 확인하세요.</translation>
    </message>
    <message>
        <source>Some settings had wrong values. Their defaults are used.</source>
        <translation>일부 설정값이 잘못되어 기본값을 사용합니다.</translation>
    </message>
    <message>
        <source>Which ones they are is in the log.</source>
        <translation>어떤 값인지는 로그에 있습니다.</translation>
    </message>
    <message>
        <source>The settings file was damaged. It was put aside, and default settings are used.</source>
        <translation>설정 파일이 손상되어 따로 보관하고 기본 설정을 사용합니다.</translation>
    </message>
    <message>
        <source>Choose the network interface again.</source>
        <translation>네트워크 인터페이스를 다시 선택하세요.</translation>
    </message>
    <message>
        <source>The settings file cannot be used. Default settings are used.</source>
        <translation>설정 파일을 사용할 수 없어 기본 설정을 사용합니다.</translation>
    </message>
    <message>
        <source>Why is in the log.</source>
        <translation>이유는 로그에 있습니다.</translation>
    </message>
    <message>
        <source>The database was damaged. It was put aside, and an empty one is used.</source>
        <translation>데이터베이스가 손상되어 따로 보관하고 빈 데이터베이스로 시작했습니다.</translation>
    </message>
    <message>
        <source>An internal error has interrupted the watching.</source>
        <translation>내부 오류로 감지가 중단되었습니다.</translation>
    </message>
    <message>
        <source>PacketWave begins again by itself. What happened is in the log.</source>
        <translation>PacketWave가 자동으로 다시 시작합니다. 자세한 내용은 로그에 있습니다.</translation>
    </message>
    <message>
        <source>There was an internal error: {error}</source>
        <translation>내부 오류가 있었습니다: {error}</translation>
    </message>
    <message>
        <source>PacketWave goes on. If this comes again, the log says what happened.</source>
        <translation>PacketWave는 계속 동작합니다. 다시 나타나면 로그에서 원인을 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Nothing is connected to the interface: {name}</source>
        <translation>이 어댑터에 연결된 것이 없습니다: {name}</translation>
    </message>
    <message>
        <source>Check its cable and the switch&apos;s port. Watching goes on by itself.</source>
        <translation>케이블과 스위치의 포트를 확인하세요. 연결되면 감지가 저절로 이어집니다.</translation>
    </message>
    <message>
        <source>This file is compressed: {name}</source>
        <translation>압축된 파일입니다: {name}</translation>
    </message>
    <message>
        <source>Unpack it first. Only files packed by gzip are read as they are.</source>
        <translation>먼저 압축을 푸세요. gzip으로 압축한 파일만 그대로 읽을 수 있습니다.</translation>
    </message>
    <message>
        <source>This capture file is of another kind: {name}</source>
        <translation>다른 형식의 캡처 파일입니다: {name}</translation>
    </message>
    <message>
        <source>Open it in Wireshark and save it as pcap or pcapng.</source>
        <translation>Wireshark에서 열어 pcap 또는 pcapng로 저장하세요.</translation>
    </message>
    <message>
        <source>This file does not say what it was captured on: {name}</source>
        <translation>어디에서 캡처했는지 적혀 있지 않은 파일입니다: {name}</translation>
    </message>
    <message>
        <source>Save it anew as pcap with the program that wrote it.</source>
        <translation>이 파일을 만든 프로그램에서 pcap 형식으로 다시 저장하세요.</translation>
    </message>
    <message>
        <source>No link</source>
        <translation>연결 없음</translation>
    </message>
    <message>
        <source>Not saved: the database&apos;s file cannot be written now.</source>
        <translation>저장하지 못했습니다: 지금은 데이터베이스 파일에 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>What you typed is kept here. Save again once there is room on the disk.</source>
        <translation>입력한 내용은 여기에 남아 있습니다. 디스크에 공간이 생기면 다시 저장하세요.</translation>
    </message>
    <message>
        <source>in memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>The disk is full: the database&apos;s file cannot be written.</source>
        <translation>디스크가 가득 차서 데이터베이스 파일에 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Make room on the disk; PacketWave goes on by itself.</source>
        <translation>디스크 공간을 비우세요. 그러면 PacketWave가 스스로 이어서 저장합니다.</translation>
    </message>
    <message>
        <source>The database&apos;s file cannot be written: it may only be read.</source>
        <translation>데이터베이스 파일이 읽기 전용이라 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>See that your account may write in the data folder; PacketWave goes on by itself.</source>
        <translation>이 계정이 데이터 폴더에 쓸 수 있는지 확인하세요. 그러면 PacketWave가 스스로 이어서 저장합니다.</translation>
    </message>
    <message>
        <source>The database&apos;s file cannot be used.</source>
        <translation>데이터베이스 파일을 사용할 수 없습니다.</translation>
    </message>
    <message>
        <source>Why is in the log. PacketWave tries again by itself.</source>
        <translation>이유는 로그에 있습니다. PacketWave가 스스로 다시 시도합니다.</translation>
    </message>
    <message>
        <source>Calls are told all the same and are kept in memory: {count}.</source>
        <translation>전화 알림은 그대로 이어지고, 통화 기록은 메모리에 보관합니다: {count}건.</translation>
    </message>
    <message>
        <source>Too many to be kept, and lost: {count}.</source>
        <translation>너무 많아 보관하지 못한 기록: {count}건.</translation>
    </message>
    <message>
        <source>The events file cannot be written now.</source>
        <translation>지금은 이벤트 파일에 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Make room on its disk; PacketWave goes on by itself.</source>
        <translation>그 디스크의 공간을 비우세요. 그러면 PacketWave가 스스로 이어서 씁니다.</translation>
    </message>
    <message>
        <source>Nobody reads the events that this program writes.</source>
        <translation>이 프로그램이 내보내는 이벤트를 아무도 읽지 않습니다.</translation>
    </message>
    <message>
        <source>Calls are told all the same. Look at the program that is to read them.</source>
        <translation>전화 알림은 그대로 이어집니다. 이벤트를 읽는 프로그램을 확인하세요.</translation>
    </message>
    <message>
        <source>The program that read the events has ended.</source>
        <translation>이벤트를 읽던 프로그램이 종료되었습니다.</translation>
    </message>
    <message>
        <source>Calls are told all the same. Start PacketWave again together with it.</source>
        <translation>전화 알림은 그대로 이어집니다. 그 프로그램과 함께 PacketWave를 다시 시작하세요.</translation>
    </message>
    <message>
        <source>Events lost: {count}.</source>
        <translation>전달하지 못한 이벤트: {count}건.</translation>
    </message>
    <message>
        <source>The damaged file is still in the data folder.</source>
        <translation>손상된 파일은 데이터 폴더에 그대로 있습니다.</translation>
    </message>
    <message>
        <source>The database was damaged. It was put aside.</source>
        <translation>데이터베이스가 손상되어 따로 옮겨 두었습니다.</translation>
    </message>
    <message>
        <source>The members are those last known, which were kept beside it.</source>
        <translation>구성원은 따로 보관해 둔 마지막 목록을 사용합니다.</translation>
    </message>
    <message>
        <source>Look them through.</source>
        <translation>목록을 확인해 보세요.</translation>
    </message>
    <message>
        <source>The database&apos;s file was removed while PacketWave ran; it was written anew.</source>
        <translation>PacketWave가 실행되는 동안 데이터베이스 파일이 삭제되어 새로 썼습니다.</translation>
    </message>
    <message>
        <source>Nothing is lost. Leave the data folder to PacketWave.</source>
        <translation>잃어버린 내용은 없습니다. 데이터 폴더의 파일은 건드리지 마세요.</translation>
    </message>
    <message>
        <source>Another file was put in the place of the database while PacketWave ran. It was put aside, and the database was written anew.</source>
        <translation>PacketWave가 실행되는 동안 데이터베이스 자리에 다른 파일이 놓였습니다. 그 파일은 따로 옮겨 두고 데이터베이스를 새로 썼습니다.</translation>
    </message>
    <message>
        <source>To use another database, close PacketWave first.</source>
        <translation>다른 데이터베이스를 쓰려면 먼저 PacketWave를 닫으세요.</translation>
    </message>
    <message>
        <source>Import the members again.</source>
        <translation>구성원을 다시 가져오세요.</translation>
    </message>
    <message>
        <source>Nothing can be received at the UDP ports: {ports}</source>
        <translation>UDP 포트에서 받을 수 없습니다: {ports}</translation>
    </message>
    <message>
        <source>End the other program, or choose another port on the capture page. PacketWave tries again by itself.</source>
        <translation>그 프로그램을 끝내거나 캡처 화면에서 다른 포트를 고르세요. PacketWave가 알아서 다시 시도합니다.</translation>
    </message>
    <message>
        <source>Reading the network stands still.</source>
        <translation>네트워크 읽기가 멈춰 있습니다.</translation>
    </message>
    <message>
        <source>PacketWave begins again by itself. If this comes again, start it anew; where it stood is in the log.</source>
        <translation>PacketWave가 자동으로 다시 시작합니다. 반복되면 프로그램을 다시 실행하세요. 멈춘 위치는 로그에 있습니다.</translation>
    </message>
    <message>
        <source>does not answer</source>
        <translation>응답 없음</translation>
    </message>
    <message>
        <source>The database has not answered since {time}. Calls are told all the same and wait: {count}.</source>
        <translation>{time}부터 데이터베이스가 응답하지 않습니다. 전화 알림은 계속되며, 기록 대기: {count}건.</translation>
    </message>
    <message>
        <source>See whether its disk or network drive answers, and whether another program has the file open. PacketWave goes on by itself.</source>
        <translation>디스크나 네트워크 드라이브가 응답하는지, 다른 프로그램이 파일을 열고 있는지 확인하세요. PacketWave는 자동으로 계속합니다.</translation>
    </message>
    <message>
        <source>Another program has the database&apos;s file locked.</source>
        <translation>다른 프로그램이 데이터베이스 파일을 잠그고 있습니다.</translation>
    </message>
    <message>
        <source>Close that program; PacketWave goes on by itself.</source>
        <translation>그 프로그램을 닫으세요. PacketWave는 자동으로 계속합니다.</translation>
    </message>
    <message>
        <source>PacketWave itself stood still for {seconds} s; it goes on.</source>
        <translation>내부 처리가 {seconds}초 동안 멈췄습니다. 지금은 다시 동작합니다.</translation>
    </message>
    <message>
        <source>Calls of that time were told late, none was lost. Where it stood is in the log.</source>
        <translation>그동안의 전화는 늦게 알렸지만 빠진 것은 없습니다. 멈춘 위치는 로그에 있습니다.</translation>
    </message>
    <message>
        <source>No calls were seen from {begin} to {end}.</source>
        <translation>{begin}부터 {end}까지 전화를 감지하지 못했습니다.</translation>
    </message>
    <message>
        <source>Calls are seen again. Why they were not is in the log.</source>
        <translation>지금은 다시 감지합니다. 그 이유는 로그에 있습니다.</translation>
    </message>
</context>
</TS>
